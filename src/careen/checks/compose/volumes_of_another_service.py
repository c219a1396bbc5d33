"""A service takes all volumes of another one."""

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
    title="A service takes all volumes of another one",
    severity="medium",
    why="Whatever that service is given later, secrets and sockets among it, this one has too.",
    fix="Name the volumes that are needed.",
    references=(
        "CWE-668",
        "https://github.com/compose-spec/compose-spec/blob/main/05-services.md",
    ),
    inspect=inspect,
)
