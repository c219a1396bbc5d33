"""A container has no liveness probe."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        runs_once = container.list != "containers" or container.pod.resource.lower in ("job", "cronjob")
        if not runs_once and not container.node.map("livenessProbe"):
            yield at(container, "has no liveness probe")


CHECK = Check(
    id="K8S-032",
    title="A container has no liveness probe",
    severity="negligible",
    why="A program that hangs is not restarted.",
    fix="Add a livenessProbe.",
    references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
    inspect=inspect,
)
