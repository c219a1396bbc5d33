"""Credential in the environment of a service."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for name, value, key in service.environment():
            if value is not None and credentials.is_credential(name, value):
                yield below(service, f"has a credential in its variable {name}", "environment", key)


CHECK = Check(
    id="CMP-021",
    title="Credential in the environment of a service",
    severity="high",
    why="It appears in the file, in docker inspect, in crash reports and in every child process.",
    fix="Use secrets, which are mounted as files, and rotate the credential.",
    references=(
        "CWE-798",
        "CWE-312",
        "CIS Docker 4.10",
    ),
    inspect=inspect,
)
