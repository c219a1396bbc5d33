"""Service uses other DNS servers than its host."""

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
    title="Service uses other DNS servers than its host",
    severity="low",
    why="These servers see the names of internal hosts and decide where traffic goes.",
    fix="Remove dns, or set your own DNS servers.",
    references=("CWE-350",),
    inspect=inspect,
)
