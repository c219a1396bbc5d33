"""Whole file system is copied from a stage or image."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields copies of a whole root, but not into an empty image, which flattens the layers on purpose."""
    for step in document.of("COPY"):
        if step.instruction.flag("from") is None or document.stages[step.stage].resolved == "scratch":
            continue
        for source in step.instruction.words[:-1]:
            if source.strip("'\"") in ("/", "/.", "/*"):
                yield of_step(step, f"COPY --from={step.instruction.flag('from')} {source}")


CHECK = Check(
    id="DKR-033",
    title="Whole file system is copied from a stage or image",
    severity="low",
    why="The copy includes packages, keys and leftovers, and overwrites the package database that scanners read.",
    fix="Copy only the files that are needed.",
    references=("Hadolint DL3067",),
    inspect=inspect,
)
