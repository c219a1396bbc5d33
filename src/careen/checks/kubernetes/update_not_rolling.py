"""Deployment strategy is not RollingUpdate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for deployment in manifests.of("Deployment", "DeploymentConfig"):
        kind = deployment.spec.text("strategy", "type")
        if kind not in ("", "RollingUpdate", "Rolling"):
            yield at(deployment, f"is updated by {kind}", "spec", "strategy", "type")


CHECK = Check(
    id="K8S-088",
    title="Deployment strategy is not RollingUpdate",
    severity="negligible",
    why="All pods are down at once during each update.",
    fix="Set strategy.type to RollingUpdate if two versions can run side by side.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",),
    inspect=inspect,
    default=False,
)
