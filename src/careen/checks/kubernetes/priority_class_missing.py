"""Priority class missing."""

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
    title="Priority class missing",
    severity="negligible",
    why="If resources are short, the scheduler treats it like batch work.",
    fix="Set priorityClassName.",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",),
    inspect=inspect,
    default=False,
)
