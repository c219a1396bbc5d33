"""A service asks other name servers than its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if bool(service.node.texts("dns")):
            yield below(service, "asks other name servers", "dns")


CHECK = Check(
    id="CMP-059",
    title="A service asks other name servers than its host",
    severity="low",
    why="Names of internal hosts leak to them, and they decide where traffic goes.",
    fix="Remove dns, or name servers of your own.",
    references=("CWE-350",),
    inspect=inspect,
)
