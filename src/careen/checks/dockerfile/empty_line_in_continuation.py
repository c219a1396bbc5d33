"""An empty line stands within a continued instruction."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for one in document.parsed.instructions:
        if one.empty_continuation is not None:
            yield Place(f"empty line in {one.keyword}", one.empty_continuation, one.empty_continuation)


CHECK = Check(
    id="DKR-090",
    title="An empty line stands within a continued instruction",
    severity="low",
    why="It looks as if the instruction ended there; later builders will end it.",
    fix="Remove the line, or make it a comment.",
    references=("BuildKit NoEmptyContinuation",),
    inspect=inspect,
)
