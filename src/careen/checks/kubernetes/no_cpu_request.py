"""A container has no cpu request."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "requests", "cpu"):
            yield at(container, "has no cpu request", "resources", "requests")


CHECK = Check(
    id="K8S-043",
    title="A container has no cpu request",
    severity="low",
    why="The scheduler places the pod as if it needed nothing, and it starves when the node is busy.",
    fix="Set resources.requests.cpu, for example 100m.",
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
        requests:
          cpu: 100m
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
        limits:
          cpu: 100m
""",
    ),
)
