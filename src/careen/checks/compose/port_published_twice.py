"""Two services publish the same port."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    seen: dict[tuple[str, str, str], str] = {}
    for service in compose.services:
        if service.node.texts("profiles"):
            continue
        for port in service.ports():
            key = (port.host_ip if not port.everywhere else "", port.published, port.protocol)
            first = seen.setdefault(key, service.name)
            if port.published and first != service.name:
                yield below(service, f"publishes port {port.published}, as service {first} does", "ports", port.index)


CHECK = Check(
    id="CMP-061",
    title="Two services publish the same port",
    severity="negligible",
    why="Only one of the two services starts.",
    fix="Change the host port of one of them.",
    references=("https://github.com/compose-spec/compose-spec/blob/main/05-services.md",),
    inspect=inspect,
)
