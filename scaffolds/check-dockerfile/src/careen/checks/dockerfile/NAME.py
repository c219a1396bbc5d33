"""TODO: the misconfiguration in one sentence, as NAME."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("todo"):
        yield of_call(call, shown(call.command.words))


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
