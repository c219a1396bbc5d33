"""ENV, ARG or LABEL without = between name and value."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in (*document.arguments, *document.of("ENV", "LABEL", "ARG")):
        pairs = step.instruction.pairs
        old = step.keyword != "ARG" and any(not mark for _, _, mark in pairs)
        if old or (step.keyword == "ARG" and len(pairs) == 2 and not any(mark for _, _, mark in pairs)):
            yield of_step(step, f"{step.keyword} {pairs[0][0]} …")


CHECK = Check(
    id="DKR-094",
    title="ENV, ARG or LABEL without = between name and value",
    severity="low",
    why="The old form reads the rest of the line as one value, so a second pair is lost.",
    fix="Use name=value, in quotes if the value contains blanks.",
    references=("BuildKit LegacyKeyValueFormat",),
    inspect=inspect,
)
