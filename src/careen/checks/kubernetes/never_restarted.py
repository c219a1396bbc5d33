"""A workload does not restart its containers."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        policy = pod.node.text("restartPolicy")
        if policy not in ("", "Always", "OnFailure") and pod.resource.lower not in ("job", "cronjob"):
            yield at(pod, f"has restartPolicy {policy}", "restartPolicy")


CHECK = Check(
    id="K8S-270",
    title="A workload does not restart its containers",
    severity="low",
    why="What ends, or is killed for its memory, stays away; of a Deployment the API refuses it.",
    fix="Leave restartPolicy out, or make it a Job.",
    references=("https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",),
    inspect=inspect,
    good=(
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
      restartPolicy: Always
      containers:
        - name: web
          image: registry.example/web:1.4.2
""",
        """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: import
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: import
              image: registry.example/import:1
""",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  restartPolicy: Never
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
      restartPolicy: Never
      containers:
        - name: web
          image: registry.example/web:1.4.2
""",
    ),
)
