"""Debugger or console of a service listens on every address."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.formats.services.debuggers import open_debuggers
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        variables = [(name, value) for name, value, _ in service.environment() if value]
        for what in open_debuggers(service.command(), variables):
            key = next((name for name in ("command", "entrypoint") if name in service.node), "environment")
            yield below(service, f"opens {what}", key)


CHECK = Check(
    id="CMP-074",
    title="Debugger or console of a service listens on every address",
    severity="medium",
    why="Every container of its networks, and everyone if the port is published, runs code in it without a password.",
    fix="Move the option to a file for development (compose.override.yaml), and publish the port on 127.0.0.1 alone.",
    references=("CWE-489", "CWE-306"),
    inspect=inspect,
)
