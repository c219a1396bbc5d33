"""COPY source is excluded by .dockerignore."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.ignore import left_out
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    if not document.ignored:
        return
    for step in document.of("COPY", "ADD"):
        if step.instruction.flag("from") is not None:
            continue
        for source in step.instruction.words[:-1]:
            path = source.strip("'\"").strip("/").removeprefix("./")
            if path not in ("", ".") and not re.search(r"[*?\[$<:]", path) and left_out(path, document.ignored):
                yield of_step(step, f"{step.keyword} {source}")


CHECK = Check(
    id="DKR-051",
    title="COPY source is excluded by .dockerignore",
    severity="low",
    why="The file is not in the build context: the build fails, or copies less than intended.",
    fix="Add an exception (!path) to .dockerignore, or remove the source from COPY.",
    references=("BuildKit CopyIgnoredFile",),
    inspect=inspect,
)
