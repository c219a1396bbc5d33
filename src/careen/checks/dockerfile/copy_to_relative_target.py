"""COPY has a relative target, and no WORKDIR is set."""

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
    title="COPY has a relative target, and no WORKDIR is set",
    severity="low",
    why="Where the files land depends on the folder that the base image ends in, mostly the root.",
    fix="Set WORKDIR before, or write the whole path.",
    references=("Hadolint DL3045",),
    inspect=inspect,
)
