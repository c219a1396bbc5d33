"""A credential is written into the environment of a service."""

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
    title="A credential is written into the environment of a service",
    severity="high",
    why="It lies in the file, in what inspect shows, in crash reports and in every child process.",
    fix="Use secrets, which are mounted as files, and change the credential: it has been seen.",
    references=(
        "CWE-798",
        "CWE-312",
        "CIS Docker 4.10",
    ),
    inspect=inspect,
)
