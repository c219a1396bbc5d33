"""A container adds the capability CHECKPOINT_RESTORE."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "CHECKPOINT_RESTORE" in container.added:
            yield at(container, "adds the capability CHECKPOINT_RESTORE", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-116",
    title="A container adds the capability CHECKPOINT_RESTORE",
    severity="medium",
    why="It reads the memory maps of other processes and chooses process ids.",
    fix="Remove CHECKPOINT_RESTORE from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
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
      securityContext:
        capabilities:
          add: [CHOWN]
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities:
          drop: [CHECKPOINT_RESTORE]
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
      securityContext:
        capabilities:
          add: [CHECKPOINT_RESTORE]
""",
    ),
)
