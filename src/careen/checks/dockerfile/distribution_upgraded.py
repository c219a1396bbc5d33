"""Distribution is upgraded (apt-get dist-upgrade …)."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls("apt", "zypper"):
        if package.action == "dist-upgrade":
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-029",
    title="Distribution is upgraded (apt-get dist-upgrade …)",
    severity="low",
    why="An upgrade may change the release and remove packages, and its result depends on the day of the build.",
    fix="Use a newer base image, and upgrade single packages by name.",
    references=(
        "Hadolint DL3035",
        "Hadolint DL3017",
        "Trivy DS-0024",
    ),
    inspect=inspect,
)
