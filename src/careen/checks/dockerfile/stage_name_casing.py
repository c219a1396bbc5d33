"""The name of a stage is not in lower case."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        if stage.name != stage.name.lower() and "$" not in stage.name:
            yield of_stage(stage, f"AS {stage.name}")


CHECK = Check(
    id="DKR-041",
    title="The name of a stage is not in lower case",
    severity="negligible",
    why="Names of stages do not heed case; written in lower case nobody has to know that.",
    fix="Write the name in lower case.",
    references=("BuildKit StageNameCasing",),
    inspect=inspect,
)
