"""A credential has a default in the file."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

COMMON = frozenset(("admin", "changeit", "changeme", "default", "example", "password", "postgres", "root", "secret", "test"))


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for name, value, key in service.environment():
            if value is not None and credentials.names_credential(name) and value.lower() in COMMON:
                yield below(service, f"has a well-known credential in its variable {name}", "environment", key)


CHECK = Check(
    id="CMP-049",
    title="A credential has a default in the file",
    severity="medium",
    why="Who sets nothing runs with the credential that everybody can read.",
    fix="Leave the default away: ${DB_PASSWORD:?set it}.",
    references=(
        "CWE-1392",
        "CWE-798",
    ),
    inspect=inspect,
)
