"""volumes_from: service mounts all volumes of another."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for index, name in enumerate(service.node.texts("volumes_from")):
            yield below(service, f"takes all volumes of {name}", "volumes_from", index)


CHECK = Check(
    id="CMP-030",
    title="volumes_from: service mounts all volumes of another",
    severity="medium",
    why="The service also gets every volume that the other one gets later, including secrets and sockets.",
    fix="Replace volumes_from by the volumes that are needed.",
    references=(
        "CWE-668",
        "https://github.com/compose-spec/compose-spec/blob/main/05-services.md",
    ),
    inspect=inspect,
)
