"""Credential in the command of a service."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        words = service.command()
        for index, word in enumerate(words):
            name, equals, value = word.lstrip("-").partition("=")
            if not equals and index + 1 < len(words):
                value = words[index + 1]
            if word.startswith("-") and not value.startswith("-") and credentials.is_credential(name, value):
                yield below(service, f"has a credential in its flag {name}", "command")


CHECK = Check(
    id="CMP-050",
    title="Credential in the command of a service",
    severity="high",
    why="Every process of the host, and docker inspect, can read command lines.",
    fix="Read it from a secret, and rotate the credential.",
    references=(
        "CWE-214",
        "CWE-798",
    ),
    inspect=inspect,
)
