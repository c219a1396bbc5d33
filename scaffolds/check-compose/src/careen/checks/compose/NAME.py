"""TODO: the misconfiguration in one sentence, as NAME."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("todo"):
            yield below(service, "TODO: what this service does")


CHECK = Check(
    id="ID",
    title="TODO: what is wrong with NAME",
    severity="low",
    why="TODO: what an attacker or an accident gains by it.",
    fix="TODO: the smallest change that removes it.",
    references=("TODO: CWE-…, CIS Docker …, or an address",),
    inspect=inspect,
    default=False,  # TODO: remove this line when the check is done
)
