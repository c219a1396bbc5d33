"""A pod sets no security context."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place

FIELDS = frozenset(
    (
        *("appArmorProfile", "fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser", "seccompProfile"),
        *("seLinuxChangePolicy", "seLinuxOptions", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"),
        "windowsOptions",
    )
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if not any(key in FIELDS for key in pod.security):
            yield at(pod, "sets no security context", "securityContext")


CHECK = Check(
    id="K8S-102",
    title="A pod sets no security context",
    severity="low",
    why=("User, groups and profiles are then whatever the images and the runtime choose, for every container of the pod."),
    fix=("Set runAsNonRoot, seccompProfile and the ids in the security context of the pod; containers then inherit them."),
    references=(
        "CIS Kubernetes 5.7.3",
        "CWE-1188",
    ),
    inspect=inspect,
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    runAsUser: 1001
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
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.example/web:1.4.2
          securityContext:
            runAsUser: 1001
""",
    ),
    default=False,
)
