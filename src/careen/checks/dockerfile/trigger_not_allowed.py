"""ONBUILD with an instruction that is not allowed."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for instruction in document.parsed.instructions:
        if instruction.trigger is not None and instruction.trigger.keyword in ("FROM", "MAINTAINER", "ONBUILD"):
            yield Place(f"ONBUILD {instruction.trigger.keyword}", instruction.line, instruction.end_line)


CHECK = Check(
    id="DKR-085",
    title="ONBUILD with an instruction that is not allowed",
    severity="medium",
    why="The build fails: FROM, MAINTAINER and ONBUILD are not allowed after ONBUILD.",
    fix="Remove ONBUILD before the instruction.",
    references=("Hadolint DL3043",),
    inspect=inspect,
)
