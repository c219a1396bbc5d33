"""HPA minReplicas is below three."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        if (count(scaler.spec.get("minReplicas", 1)) or 0) < 3:
            yield at(scaler, "scales below three replicas", "spec", "minReplicas")


CHECK = Check(
    id="K8S-077",
    title="HPA minReplicas is below three",
    severity="negligible",
    why="During a rollout or node drain a single pod handles all requests.",
    fix="Set minReplicas to 3 or more.",
    references=("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",),
    inspect=inspect,
    default=False,
)
