"""A container has no memory limit."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "limits", "memory"):
            yield at(container, "has no memory limit", "resources", "limits")


CHECK = Check(
    id="K8S-022",
    title="A container has no memory limit",
    severity="low",
    why="One leak or flood takes the memory of the node and the kernel kills its neighbours.",
    fix="Set resources.limits.memory, for example 256Mi.",
    references=(
        "CWE-770",
        "NSA hardening guide",
    ),
    inspect=inspect,
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources:
        limits:
          memory: 256Mi
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
      resources:
        requests:
          memory: 256Mi
""",
    ),
)
