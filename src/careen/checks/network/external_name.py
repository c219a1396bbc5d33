"""Service of type ExternalName."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service in manifests.services:
        if service.spec.text("type") == "ExternalName":
            yield at(service, f"is an alias of {service.spec.text('externalName')}", "spec", "externalName")


CHECK = Check(
    id="NWP-014",
    title="Service of type ExternalName",
    severity="low",
    why=(
        "Traffic leaves the cluster under an internal name, and TLS names do not match. An Ingress may reach hosts "
        "that it should not."
    ),
    fix="Use the external host name directly, and restrict egress to it.",
    references=(
        "CWE-441",
        "https://kubernetes.io/docs/concepts/services-networking/service/#externalname",
    ),
    inspect=inspect,
)
