"""WORKDIR is relative."""

import re
from collections.abc import Iterator, Mapping

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile, Step
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields the first WORKDIR of a stage, and of those that it builds on, if it is relative; later ones are relative
    to it."""
    first = {stage.index: steps[0] for stage in document.stages if (steps := stage.of("WORKDIR"))}
    for step in document.of("WORKDIR"):
        if not step.onbuild and (step is not first[step.stage] or _is_placed(document, step, first)):
            continue
        path = step.instruction.text.strip().strip("'\"")
        if path[:1] != "$":
            path = step.resolve(step.instruction.text.replace("\\", "/"), document.escape).strip("'\"")
        if path and path[0] not in "/\\$" and not re.match(r"[A-Za-z]:", path):
            yield of_step(step, f"WORKDIR {path}")


def _is_placed(document: Dockerfile, step: Step, first: Mapping[int, Step]) -> bool:
    """Whether a stage that the step's stage builds on sets a working folder."""
    return any(stage.index in first for stage in document.lineage(document.stages[step.stage])[1:])


CHECK = Check(
    id="DKR-036",
    title="WORKDIR is relative",
    severity="low",
    why="The folder depends on the working folder of the base image, which may change with its next release.",
    fix="Use an absolute path.",
    references=(
        "CIS Docker 1.6, 4.9",
        "Hadolint DL3000",
        "Trivy DS-0009",
        "BuildKit WorkdirRelativePath",
        "Checkov CKV_DOCKER_10",
    ),
    inspect=inspect,
)
