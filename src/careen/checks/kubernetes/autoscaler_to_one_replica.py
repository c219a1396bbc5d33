"""HPA scales down to one replica."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        least = count(scaler.spec.get("minReplicas"))
        if least is not None and least < 2:
            yield at(scaler, "scales down to one replica", "spec", "minReplicas")


CHECK = Check(
    id="K8S-076",
    title="HPA scales down to one replica",
    severity="negligible",
    why="At low load each restart is an outage.",
    fix="Set minReplicas to 2 or more.",
    references=("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",),
    inspect=inspect,
    default=False,
)
