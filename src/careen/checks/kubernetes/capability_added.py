"""A container adds a capability."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.added:
            yield at(container, f"adds {', '.join(sorted(container.added))}", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-101",
    title="A container adds a capability",
    severity="negligible",
    why="Each capability is a power of root; most programs need none.",
    fix="Remove securityContext.capabilities.add where the program starts without it.",
    references=(
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
          drop: [ALL]
          add: []
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
          add: [NET_BIND_SERVICE]
""",
    ),
    default=False,
)
