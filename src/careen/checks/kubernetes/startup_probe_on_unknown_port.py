"""A startup probe asks a port that the container does not name."""

from collections.abc import Iterator

from careen.checks.places import of_probe
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_probe(manifests, "startupProbe", "startup probe")


CHECK = Check(
    id="K8S-119",
    title="A startup probe asks a port that the container does not name",
    severity="negligible",
    why="The probe may ask a port where nothing listens: the pod is then restarted or gets no requests.",
    fix="List the port under ports, or correct the probe.",
    references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
    inspect=inspect,
)
