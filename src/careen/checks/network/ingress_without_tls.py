"""An Ingress serves without TLS."""

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
    title="An Ingress serves without TLS",
    severity="medium",
    why="What passes, passwords and sessions among it, can be read and changed on its way.",
    fix="Add tls with a secretName and the hosts.",
    references=(
        "CWE-319",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    ),
    inspect=inspect,
)
