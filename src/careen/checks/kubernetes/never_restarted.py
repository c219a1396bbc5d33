"""Containers are never restarted (restartPolicy)."""

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
    title="Containers are never restarted (restartPolicy)",
    severity="low",
    why="A container that ends or is killed stays down; the API rejects it for a Deployment.",
    fix="Remove restartPolicy, or use a Job.",
    references=("https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",),
    inspect=inspect,
)
