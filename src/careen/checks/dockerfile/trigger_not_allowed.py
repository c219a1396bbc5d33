"""ONBUILD triggers what it must not."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for one in document.parsed.instructions:
        if one.trigger is not None and one.trigger.keyword in ("FROM", "MAINTAINER", "ONBUILD"):
            yield Place(f"ONBUILD {one.trigger.keyword}", one.line, one.end_line)


CHECK = Check(
    id="DKR-085",
    title="ONBUILD triggers what it must not",
    severity="medium",
    why="No builder accepts FROM, MAINTAINER or ONBUILD behind ONBUILD: the build fails.",
    fix="Drop ONBUILD before it.",
    references=("Hadolint DL3043",),
    inspect=inspect,
)
