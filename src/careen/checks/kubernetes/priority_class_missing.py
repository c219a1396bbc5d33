"""A workload has no priority class."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if not pod.node.text("priorityClassName"):
            yield at(pod, "has no priority class")


CHECK = Check(
    id="K8S-084",
    title="A workload has no priority class",
    severity="negligible",
    why="When room is short the scheduler cannot tell it from batch work.",
    fix="Set priorityClassName.",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",),
    inspect=inspect,
    default=False,
)
