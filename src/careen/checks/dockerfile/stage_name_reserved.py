"""Stage name is reserved."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        if stage.name.lower() in ("scratch", "context"):
            yield of_stage(stage, f"AS {stage.name}")


CHECK = Check(
    id="DKR-040",
    title="Stage name is reserved",
    severity="low",
    why="scratch and context have a meaning of their own: a reference to the stage gets something else.",
    fix="Choose another stage name.",
    references=(
        "Hadolint DL3063",
        "BuildKit ReservedStageName",
    ),
    inspect=inspect,
)
