"""Instructions have mixed casing."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields the keywords that differ in case from most keywords of the file."""
    words = [instruction.written for instruction in document.parsed.instructions]
    upper = sum(word == word.upper() for word in words)
    lower = sum(word == word.lower() for word in words)
    for instruction in document.parsed.instructions:
        if instruction.written != (instruction.written.lower() if lower > upper else instruction.keyword):
            yield Place(
                f"{instruction.written} among keywords in {'lower' if lower > upper else 'upper'} case",
                instruction.line,
                instruction.end_line,
            )


CHECK = Check(
    id="DKR-042",
    title="Instructions have mixed casing",
    severity="negligible",
    why="Mixed casing makes instructions hard to find.",
    fix="Write all instructions in upper case.",
    references=("BuildKit ConsistentInstructionCasing",),
    inspect=inspect,
)
