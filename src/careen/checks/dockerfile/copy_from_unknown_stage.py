"""COPY --from refers to an unknown stage."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    first = {stage.name.lower(): stage.index for stage in reversed(document.stages)}
    for step in document.of("COPY"):
        source = step.instruction.flag("from")
        if source is None or "$" in source or any(mark in source for mark in ":/@"):
            continue
        if source.isdecimal() and int(source) <= step.stage:
            continue
        if first.get(source.lower(), step.stage + 1) > step.stage:
            yield of_step(step, f"COPY --from={source}: no earlier stage has this name, and an image needs a tag")


CHECK = Check(
    id="DKR-048",
    title="COPY --from refers to an unknown stage",
    severity="low",
    why="A name that is not a stage is pulled as an image: its owner decides what is copied.",
    fix="Set --from to an earlier stage, or to an image with its tag.",
    references=(
        "CWE-829",
        "Hadolint DL3022",
    ),
    inspect=inspect,
)
