"""apt installs recommended packages (no-install-recommends)."""

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
    title="apt installs recommended packages (no-install-recommends)",
    severity="negligible",
    why="Recommended packages enlarge the image and its attack surface, and each one has to be kept up to date.",
    fix="Add --no-install-recommends to apt-get install.",
    references=(
        "Hadolint DL3015",
        "Trivy DS-0029",
    ),
    inspect=inspect,
)
