"""Instructions that a later one of the stage replaces."""

from collections.abc import Iterator
from functools import partial

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_WHY = "Only the last one has an effect."


def _is_replaced(keyword: str, document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        for step in stage.of(keyword)[:-1]:
            yield of_step(step, f"a later {keyword} of this stage replaces it")


CHECKS = (
    Check(
        id="DKR-044",
        title="Multiple CMD instructions",
        severity="low",
        why=_WHY,
        fix="Keep one CMD.",
        references=("Hadolint DL4003", "Trivy DS-0016", "BuildKit MultipleInstructionsDisallowed"),
        inspect=partial(_is_replaced, "CMD"),
    ),
    Check(
        id="DKR-045",
        title="Multiple ENTRYPOINT instructions",
        severity="low",
        why=_WHY,
        fix="Keep one ENTRYPOINT.",
        references=("Hadolint DL4004", "Trivy DS-0007", "BuildKit MultipleInstructionsDisallowed"),
        inspect=partial(_is_replaced, "ENTRYPOINT"),
    ),
    Check(
        id="DKR-046",
        title="Multiple HEALTHCHECK instructions",
        severity="low",
        why=_WHY,
        fix="Keep one HEALTHCHECK.",
        references=("Hadolint DL3012", "Trivy DS-0023", "BuildKit MultipleInstructionsDisallowed"),
        inspect=partial(_is_replaced, "HEALTHCHECK"),
    ),
)
