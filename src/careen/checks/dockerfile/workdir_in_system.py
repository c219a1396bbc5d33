"""WORKDIR is a system folder."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_SYSTEM = re.compile(
    r"/(?:bin|sbin|usr(?:/local)?(?:/s?bin)?|etc|lib(?:64)?|usr/lib|root/\.ssh)|/(?:dev|proc|sys|boot)(?:/.*)?"
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("WORKDIR"):
        path = step.resolve(step.instruction.text, document.escape).strip("'\"").rstrip("/")
        if _SYSTEM.fullmatch(path):
            yield of_step(step, f"WORKDIR {path}")


CHECK = Check(
    id="DKR-037",
    title="WORKDIR is a system folder",
    severity="medium",
    why="Copied files overwrite those of the system, and the user of the container may change programs and settings.",
    fix="Use a dedicated folder, such as /app or /opt/name.",
    references=(
        "CWE-668",
        "Trivy DS-0030",
    ),
    inspect=inspect,
)
