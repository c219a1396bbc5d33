"""ENV uses a variable that it sets itself."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("ENV"):
        names = {name for name, _, _ in step.instruction.pairs}
        for own, value, _ in step.instruction.pairs:
            used = _used(value)
            late = [name for name in names if name != own and name in used and name not in step.env]
            if late:
                yield of_step(step, f"{own} uses ${sorted(late)[0]}")
                break


def _used(value: str) -> set[str]:
    return set() if value.startswith("'") else set(re.findall(r"(?<!\\)\$\{?(\w+)", value))


CHECK = Check(
    id="DKR-086",
    title="ENV uses a variable that it sets itself",
    severity="low",
    why="All values of one ENV see the environment before it: the new value has no effect there.",
    fix="Set the variable in a separate ENV first.",
    references=("Hadolint DL3044",),
    inspect=inspect,
)
