"""Whole build context is copied (COPY . .)."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    if document.ignored is not None and any(line.strip() in ("*", "**") for line in document.ignored):
        return
    kept = document.kept()
    for step in document.of("COPY", "ADD"):
        if step.instruction.flag("from") is not None or (step.instruction.values("exclude")) or step.stage not in kept:
            continue
        for source in step.instruction.words[:-1]:
            if source.strip("'\"") in (".", "./", "*", "./*", "/"):
                yield of_step(step, f"{step.keyword} {source}")


CHECK = Check(
    id="DKR-016",
    title="Whole build context is copied (COPY . .)",
    severity="low",
    why="All files beside the Dockerfile end up in the image: .git, local settings, credentials of the developer.",
    fix="Copy only the folders that are needed, and exclude the rest in .dockerignore.",
    references=(
        "CWE-540",
        "Hadolint DL3067",
    ),
    inspect=inspect,
)
