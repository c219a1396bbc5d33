"""Deployment has fewer than three replicas."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for deployment in manifests.of("Deployment", "DeploymentConfig"):
        if (count(deployment.spec.get("replicas", 1)) or 0) < 3:
            yield at(deployment, "has fewer than three replicas", "spec", "replicas")


CHECK = Check(
    id="K8S-075",
    title="Deployment has fewer than three replicas",
    severity="negligible",
    why="During a rollout or node drain a single pod handles all requests.",
    fix="Set replicas to 3 or more.",
    references=("https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",),
    inspect=inspect,
    default=False,
)
