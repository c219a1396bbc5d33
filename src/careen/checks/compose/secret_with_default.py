"""Credential has a default value."""

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
    title="Credential has a default value",
    severity="medium",
    why="Without configuration the service runs with a credential that everybody can read.",
    fix="Remove the default: ${DB_PASSWORD:?set it}.",
    references=(
        "CWE-1392",
        "CWE-798",
    ),
    inspect=inspect,
)
