"""Service has a host name for its host (host-gateway)."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        value = service.node.get("extra_hosts")
        texts = [value.text(key) for key in value] if isinstance(value, Mapping) else service.node.texts("extra_hosts")
        if any(text.endswith("host-gateway") for text in texts):
            yield below(service, "has a name for its host", "extra_hosts")


CHECK = Check(
    id="CMP-058",
    title="Service has a host name for its host (host-gateway)",
    severity="low",
    why="An attacker in the service reaches host services that listen only for containers.",
    fix="Remove host-gateway from extra_hosts; run the other program as a service.",
    references=("CWE-668",),
    inspect=inspect,
)
