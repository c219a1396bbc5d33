"""Consecutive RUN instructions."""

from collections.abc import Iterator

from careen.checks.steps import of_step, shown
from careen.formats.dockerfile.stages import Dockerfile, Step
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields neighbours with one command each and equal flags. Longer steps are separate on purpose, mostly for the cache."""
    before: Step | None = None
    for step in document.steps:
        if step.keyword != "RUN":
            before = None
            continue
        alone = (
            sum(not command.inner and not command.wrapped for command in step.commands) <= 1 and not step.instruction.heredocs
        )
        if before is not None and alone and before.stage == step.stage and before.instruction.flags == step.instruction.flags:
            yield of_step(step, f"RUN {shown((step.instruction.text,), 50)}")
        before = step if alone else None


CHECK = Check(
    id="DKR-082",
    title="Consecutive RUN instructions",
    severity="negligible",
    why="Each RUN makes a layer: files that a later RUN deletes stay in the earlier layer.",
    fix="Join them with &&, or use a here-document.",
    references=("Hadolint DL3059",),
    inspect=inspect,
)
