"""Keywords are written in different cases."""

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
    title="Keywords are written in different cases",
    severity="negligible",
    why="One way of writing makes instructions stand out.",
    fix="Write all keywords in upper case.",
    references=("BuildKit ConsistentInstructionCasing",),
    inspect=inspect,
)
