"""A Service is an alias of a name outside."""

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
    title="A Service is an alias of a name outside",
    severity="low",
    why=(
        "Traffic leaves the cluster under a name that looks inside, past TLS names; an Ingress may so reach what it should not."
    ),
    fix="Name the outside host where it is used, and limit egress to it.",
    references=(
        "CWE-441",
        "https://kubernetes.io/docs/concepts/services-networking/service/#externalname",
    ),
    inspect=inspect,
)
