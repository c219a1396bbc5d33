"""A workload does not say which nodes it may run on."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        affinity = pod.node.map("affinity", "nodeAffinity")
        if not affinity and not pod.node.map("nodeSelector"):
            yield at(pod, "has neither nodeAffinity nor nodeSelector")


CHECK = Check(
    id="K8S-271",
    title="A workload does not say which nodes it may run on",
    severity="negligible",
    why="It may come to lie beside what it must be kept apart from.",
    fix="Set nodeAffinity, or nodeSelector.",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",),
    inspect=inspect,
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  nodeSelector:
    pool: web
  containers:
    - name: web
      image: registry.example/web:1.4.2
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions:
              - key: pool
                operator: In
                values:
                  - web
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
