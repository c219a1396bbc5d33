"""WORKDIR is a folder of the system."""

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
    title="WORKDIR is a folder of the system",
    severity="medium",
    why=(
        "Files that are copied there lie over those of the system, and the process that owns them may change programs and"
        " settings."
    ),
    fix="Use a folder of its own, such as /app or /opt/name.",
    references=(
        "CWE-668",
        "Trivy DS-0030",
    ),
    inspect=inspect,
)
