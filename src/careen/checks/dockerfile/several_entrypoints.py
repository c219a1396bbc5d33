"""A stage has several ENTRYPOINT."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        for step in stage.of("ENTRYPOINT")[:-1]:
            yield of_step(step, "a later ENTRYPOINT of this stage replaces it")


CHECK = Check(
    id="DKR-045",
    title="A stage has several ENTRYPOINT",
    severity="low",
    why="The last one alone counts; the others mislead the reader.",
    fix="Keep one ENTRYPOINT.",
    references=(
        "Hadolint DL4004",
        "Trivy DS-0007",
        "BuildKit MultipleInstructionsDisallowed",
    ),
    inspect=inspect,
)
