"""A container has no readiness probe."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        runs_once = container.list != "containers" or container.pod.resource.lower in ("job", "cronjob")
        if not runs_once and not container.node.map("readinessProbe"):
            yield at(container, "has no readiness probe")


CHECK = Check(
    id="K8S-059",
    title="A container has no readiness probe",
    severity="negligible",
    why="A pod gets requests before it can answer them, and after it no longer can.",
    fix="Add a readinessProbe.",
    references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
    inspect=inspect,
)
