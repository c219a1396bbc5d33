"""Service gets a credential from the shell's environment."""

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
    title="Service gets a credential from the shell's environment",
    severity="low",
    why="The credential of whoever starts the service appears in the container's environment and in docker inspect.",
    fix="Use secrets with environment: as the source.",
    references=("CWE-526",),
    inspect=inspect,
    default=False,
)
