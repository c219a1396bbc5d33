"""apt-get waits for confirmation (no -y)."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields calls that need a confirmation. Two -q mean yes as well."""
    for call, package in document.package_calls("apt"):
        options = package.options
        quiet = len(options.values("-q", "--quiet")) > 1 or "2" in options.values("-q", "--quiet")
        sure = quiet or options.has("-y", "--yes", "--assume-yes", "--force-yes")
        sure = sure or any(re.search(r"(?i)assume-yes=(?:true|1|yes)", value) for value in options.values("-o", "--option"))
        if package.action == "install" and not sure:
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-055",
    title="apt-get waits for confirmation (no -y)",
    severity="low",
    why="Nobody can answer the prompt during a build: it fails or hangs.",
    fix="Add -y: apt-get install -y.",
    references=(
        "Hadolint DL3014",
        "Trivy DS-0021",
    ),
    inspect=inspect,
)
