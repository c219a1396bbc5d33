"""Instructions have mixed casing."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """The way of most keywords is the way of the file."""
    words = [one.written for one in document.parsed.instructions]
    upper = sum(word == word.upper() for word in words)
    lower = sum(word == word.lower() for word in words)
    for one in document.parsed.instructions:
        if one.written != (one.written.lower() if lower > upper else one.keyword):
            yield Place(f"{one.written} among keywords in {'lower' if lower > upper else 'upper'} case", one.line, one.end_line)


CHECK = Check(
    id="DKR-042",
    title="Instructions have mixed casing",
    severity="negligible",
    why="Mixed casing makes instructions hard to find.",
    fix="Write all instructions in upper case.",
    references=("BuildKit ConsistentInstructionCasing",),
    inspect=inspect,
)
