"""Empty line in a continued instruction."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for instruction in document.parsed.instructions:
        if instruction.empty_continuation is not None:
            yield Place(f"empty line in {instruction.keyword}", instruction.empty_continuation, instruction.empty_continuation)


CHECK = Check(
    id="DKR-090",
    title="Empty line in a continued instruction",
    severity="low",
    why="It looks as if the instruction ends there, and future builders will end it there.",
    fix="Remove the empty line, or make it a comment.",
    references=("BuildKit NoEmptyContinuation",),
    inspect=inspect,
)
