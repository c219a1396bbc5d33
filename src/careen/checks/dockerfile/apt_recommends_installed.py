"""Recommended packages are installed too."""

import re
from collections.abc import Iterator

from careen.checks.steps import installs, of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in installs(document, "apt"):
        values = [value.lower() for value in package.options.values("-o", "--option")]
        off = any(re.search(r"install-recommends=(?:false|0|no|off)", value) for value in values)
        if not off and not package.options.has("--no-install-recommends", "-R", "--without-recommends"):
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-056",
    title="Recommended packages are installed too",
    severity="negligible",
    why="What is merely recommended enlarges the image, and each package is one more to keep up to date.",
    fix="Add --no-install-recommends.",
    references=(
        "Hadolint DL3015",
        "Trivy DS-0029",
    ),
    inspect=inspect,
)
