"""Liveness and readiness use the same probe."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        alive = container.node.map("livenessProbe")
        if alive and alive == container.node.map("readinessProbe"):
            yield at(container, "has one probe for liveness and readiness", "livenessProbe")


CHECK = Check(
    id="K8S-266",
    title="Liveness and readiness use the same probe",
    severity="negligible",
    why="A pod that is slow for a moment is restarted instead of getting fewer requests, and its load moves to the others.",
    fix="Use a simpler liveness probe, or a higher failureThreshold.",
    references=("https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes",),
    inspect=inspect,
    default=False,
)
