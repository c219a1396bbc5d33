"""COPY to a relative target without WORKDIR."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        fixed = any(step.keyword == "WORKDIR" for parent in document.lineage(stage)[1:] for step in parent.steps)
        for step in stage.steps:
            if step.keyword == "WORKDIR":
                fixed = True
            elif step.keyword == "COPY" and not fixed and step.instruction.words:
                target = step.instruction.words[-1].strip("'\"")
                if target[:1] not in ("/", "$", "\\") and not re.match(r"[A-Za-z]:", target):
                    yield of_step(step, f"COPY … {target}")


CHECK = Check(
    id="DKR-050",
    title="COPY to a relative target without WORKDIR",
    severity="low",
    why="The target depends on the working folder of the base image, mostly the root.",
    fix="Set WORKDIR first, or use an absolute path.",
    references=("Hadolint DL3045",),
    inspect=inspect,
)
