"""A stage has several CMD."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        for step in stage.of("CMD")[:-1]:
            yield of_step(step, "a later CMD of this stage replaces it")


CHECK = Check(
    id="DKR-044",
    title="A stage has several CMD",
    severity="low",
    why="The last one alone counts; the others mislead the reader.",
    fix="Keep one CMD.",
    references=(
        "Hadolint DL4003",
        "Trivy DS-0016",
        "BuildKit MultipleInstructionsDisallowed",
    ),
    inspect=inspect,
)
