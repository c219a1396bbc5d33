"""ADD is used instead of COPY."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_FETCHED = re.compile(r"(?:https?|ftp|git|ssh)://|git@|<<", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:tar|t?gz|t?bz2?|tbz2|t?xz|t?zst|tZ|Z|lzma|tlz|taz)(?:\.[\w*]+)?$|\.tar\.[*\w]+$")


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("ADD"):
        sources = [step.resolve(word, document.escape).strip("'\"") for word in step.instruction.words[:-1]]
        plain = [source for source in sources if not _FETCHED.match(source) and not _ARCHIVE.search(source)]
        if plain and not any("$" in source for source in plain):
            yield of_step(step, f"ADD {plain[0]}")


CHECK = Check(
    id="DKR-011",
    title="ADD is used instead of COPY",
    severity="low",
    why="ADD also downloads URLs and unpacks archives, so a local archive is silently extracted instead of copied.",
    fix="Use COPY; use ADD only for archives that must be unpacked.",
    references=(
        "CIS Docker 1.6, 4.9",
        "Hadolint DL3020",
        "Trivy DS-0005",
        "Checkov CKV_DOCKER_4",
    ),
    inspect=inspect,
)
