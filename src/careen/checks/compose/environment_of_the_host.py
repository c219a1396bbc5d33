"""A service takes a credential of the shell that starts it."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for name, value, key in service.environment():
            if value is None and credentials.names_credential(name):
                yield below(service, f"takes {name} from the shell", "environment", key)


CHECK = Check(
    id="CMP-071",
    title="A service takes a credential of the shell that starts it",
    severity="low",
    why="What the shell of whoever starts it holds ends in the environment of the container and in what inspect shows.",
    fix="Use secrets with environment: as their source.",
    references=("CWE-526",),
    inspect=inspect,
    default=False,
)
