"""TODO: the misconfiguration in one sentence, as NAME."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for container in containers:
        if container.name == "todo":
            yield Place("TODO: what this container does", path=container.name)


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
