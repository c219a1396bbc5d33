"""Fixed replicas on a workload with an HPA."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        target = scaler.spec.map("scaleTargetRef")
        scaled = manifests.named(target.text("kind"), target.text("name"), scaler.namespace)
        if scaled is not None and scaled.spec.get("replicas") is not None:
            yield at(scaled, f"has replicas beside {scaler.label}", "spec", "replicas")


CHECK = Check(
    id="K8S-267",
    title="Fixed replicas on a workload with an HPA",
    severity="low",
    why="Each deployment resets the number of replicas, whatever the load is.",
    fix="Remove replicas.",
    references=(
        "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
    ),
    inspect=inspect,
)
