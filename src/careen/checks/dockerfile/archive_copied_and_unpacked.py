"""Archive is copied and then unpacked."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile, Step
from careen.plugins import Check, Place

_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|bz2|xz|Z|zst|lzma))?|tgz|tbz2?|txz|tlz|gz|bz2|xz|lzma|Z)$")
_UNPACKERS = (
    "tar",
    "bsdtar",
    "gunzip",
    "bunzip2",
    "unlzma",
    "unxz",
    "gzip",
    "bzip2",
    "xz",
    "zcat",
    "bzcat",
    "xzcat",
    "uncompress",
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        copied: dict[str, Step] = {}
        for step in stage.steps:
            if step.keyword == "COPY" and step.instruction.flag("from") is None and step.instruction.words:
                for source in step.instruction.words[:-1]:
                    for name in _names(source, step.instruction.words[-1]):
                        copied[name] = step
            elif step.keyword == "RUN" and copied:
                for call in document.calls_of(step):
                    if call.command.program not in _UNPACKERS:
                        continue
                    names = [_base(word) for word in call.command.words[1:]]
                    for found in {copied[name].line: copied[name] for name in names if name in copied}.values():
                        yield of_step(found, f"COPY {found.instruction.words[0]}, unpacked in line {call.command.line}")
                        copied = {name: step for name, step in copied.items() if step is not found}


def _names(source: str, target: str) -> Iterator[str]:
    """The names that the archive may have after the copy: its own, and that of the target."""
    if _ARCHIVE.search(source.strip("'\"")):
        yield _base(source)
        if _ARCHIVE.search(target.strip("'\"")):
            yield _base(target)


def _base(path: str) -> str:
    return re.split(r"[/\\]", path.strip("'\""))[-1]


CHECK = Check(
    id="DKR-084",
    title="Archive is copied and then unpacked",
    severity="negligible",
    why="The archive stays in its own layer even if a later step deletes it.",
    fix="Use ADD, which unpacks local archives, or mount the archive: RUN --mount=type=bind.",
    references=("Hadolint DL3010",),
    inspect=inspect,
)
