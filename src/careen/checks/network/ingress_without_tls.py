"""Ingress without TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for ingress in manifests.of("Ingress"):
        if not ingress.spec.maps("tls"):
            yield at(ingress, "serves without TLS", "spec")


CHECK = Check(
    id="NWP-006",
    title="Ingress without TLS",
    severity="medium",
    why="Anyone on the network path can read and change the traffic, including passwords and sessions.",
    fix="Add tls with a secretName and hosts.",
    references=(
        "CWE-319",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    ),
    inspect=inspect,
)
