"""COPY of several files to a target that is not a folder."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("COPY", "ADD"):
        words = step.instruction.words
        if len(words) < 3:
            continue
        target = words[-1].strip("'\"")
        if target.endswith(("/", "\\")) or target in (".", "..") or re.search(r"\$\w+$|\}$", target):
            continue
        if re.match(r"(?:file|multi|dir):[0-9a-f]{64}", words[0]):
            continue  # reconstructed from the history of an image
        yield of_step(step, f"{step.keyword} … {target}")


CHECK = Check(
    id="DKR-049",
    title="COPY of several files to a target that is not a folder",
    severity="low",
    why="The build fails, or writes to a folder only by chance.",
    fix="End the target with a slash.",
    references=(
        "Hadolint DL3021",
        "Trivy DS-0011",
    ),
    inspect=inspect,
)
