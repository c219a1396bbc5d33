"""A workload does not restart its containers."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
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
)
