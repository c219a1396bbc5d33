"""HPA has the same minimum and maximum."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        least, most = count(scaler.spec.get("minReplicas", 1)), count(scaler.spec.get("maxReplicas"))
        if least is not None and most is not None and most <= least:
            yield at(scaler, "has no room to scale", "spec", "maxReplicas")


CHECK = Check(
    id="K8S-078",
    title="HPA has the same minimum and maximum",
    severity="negligible",
    why="It never scales.",
    fix="Set maxReplicas above minReplicas, or remove the autoscaler.",
    references=("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",),
    inspect=inspect,
    default=False,
)
