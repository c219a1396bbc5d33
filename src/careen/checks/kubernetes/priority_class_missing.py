"""A workload has no priority class."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
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
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  priorityClassName: web
  containers:
    - name: web
      image: registry.example/web:1.4.2
""",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
""",
    ),
    default=False,
)
