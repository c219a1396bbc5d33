"""First instruction is neither FROM nor ARG."""

from collections.abc import Iterator

from careen.checks.steps import of_stage, of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields the first instruction if it is neither FROM nor ARG. A fragment without FROM has only this finding."""
    for stage in document.stages:
        if stage.start is None and stage.steps:
            yield of_step(stage.steps[0], f"{stage.steps[0].keyword} before FROM")
        elif stage.onbuild:
            yield of_stage(stage, "FROM behind ONBUILD")


CHECK = Check(
    id="DKR-087",
    title="First instruction is neither FROM nor ARG",
    severity="low",
    why="The build fails: there is no image that the instruction could change.",
    fix="Begin the Dockerfile with FROM, or ARG and FROM.",
    references=("Hadolint DL3061",),
    inspect=inspect,
)
