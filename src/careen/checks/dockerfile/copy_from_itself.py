"""Stage copies from itself."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("COPY"):
        source = step.instruction.flag("from")
        stage = document.stages[step.stage]
        if source and (
            source.lower() == stage.name.lower() or (source.isdecimal() and stage.start and int(source) == step.stage)
        ):
            yield of_step(step, f"COPY --from={source} in stage {stage.name or step.stage}")


CHECK = Check(
    id="DKR-047",
    title="Stage copies from itself",
    severity="medium",
    why="The stage is not complete when the step runs: the build fails, or uses an older image of that name.",
    fix="Set --from to the stage that creates the files.",
    references=(
        "Hadolint DL3023",
        "Trivy DS-0006",
    ),
    inspect=inspect,
)
