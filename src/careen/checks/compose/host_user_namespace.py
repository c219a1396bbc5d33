"""A service is in the user namespace of its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("userns_mode") == "host":
            yield below(service, "is in the user namespace of the host", "userns_mode")


CHECK = Check(
    id="CMP-033",
    title="A service is in the user namespace of its host",
    severity="high",
    why="Root in the container is root on the host, although the engine was told to map users.",
    fix="Remove userns_mode.",
    references=(
        "CIS Docker 5.31",
        "CWE-653",
    ),
    inspect=inspect,
)
