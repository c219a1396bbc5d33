"""Stage name is not lower case."""

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
    title="Stage name is not lower case",
    severity="negligible",
    why="Stage names are not case-sensitive: mixed case suggests a difference that does not exist.",
    fix="Write the stage name in lower case.",
    references=("BuildKit StageNameCasing",),
    inspect=inspect,
)
