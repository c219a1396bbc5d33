"""extra_hosts names the cloud metadata address."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        value = service.node.get("extra_hosts")
        texts = [value.text(key) for key in value] if isinstance(value, Mapping) else service.node.texts("extra_hosts")
        if any("169.254.169.254" in text or "fd00:ec2::254" in text for text in texts):
            yield below(service, "has a name for the metadata address", "extra_hosts")


CHECK = Check(
    id="CMP-057",
    title="extra_hosts names the cloud metadata address",
    severity="medium",
    why="The metadata service gives out credentials of the host, often with wide rights in the cloud account.",
    fix="Remove the entry from extra_hosts, and block 169.254.169.254 for containers.",
    references=(
        "CWE-918",
        "CWE-522",
    ),
    inspect=inspect,
)
