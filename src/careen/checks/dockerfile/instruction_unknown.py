"""Unknown instruction."""

from collections.abc import Iterator

from careen.formats.dockerfile.arguments import KEYWORDS
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for instruction in document.parsed.instructions:
        word = instruction.trigger.keyword if instruction.trigger is not None else instruction.keyword
        if word not in KEYWORDS and not (word == "INCLUDE" and "syntax" in document.parsed.directives):
            yield Place(f"{instruction.written[:40]} is no instruction", instruction.line, instruction.end_line)


CHECK = Check(
    id="DKR-096",
    title="Unknown instruction",
    severity="medium",
    why="The build fails: no builder supports the instruction.",
    fix="Check the spelling; put RUN before shell commands.",
    references=("CWE-1164",),
    inspect=inspect,
)
