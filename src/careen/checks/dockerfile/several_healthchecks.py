"""A stage has several HEALTHCHECK."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        for step in stage.of("HEALTHCHECK")[:-1]:
            yield of_step(step, "a later HEALTHCHECK of this stage replaces it")


CHECK = Check(
    id="DKR-046",
    title="A stage has several HEALTHCHECK",
    severity="low",
    why="The last one alone counts; the others mislead the reader.",
    fix="Keep one HEALTHCHECK.",
    references=(
        "Hadolint DL3012",
        "Trivy DS-0023",
        "BuildKit MultipleInstructionsDisallowed",
    ),
    inspect=inspect,
)
