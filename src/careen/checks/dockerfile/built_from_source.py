"""Software is built from source."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        calls = document.calls_of(step)
        if not any(call.command.program in ("configure", "cmake", "meson", "autogen.sh", "bootstrap") for call in calls):
            continue
        for call in calls:
            words = call.command.words
            if call.command.program in ("make", "ninja", "cmake", "meson") and any(
                word in ("install", "--install") for word in words
            ):
                yield of_call(call, shown(words))
                break
    for call, package in document.package_calls("pip", "npm"):
        for spec in package.specs:
            if spec.kind == "vcs":
                yield of_call(call, f"{package.program} installs {spec.text}")


CHECK = Check(
    id="DKR-019",
    title="Software is built from source",
    severity="negligible",
    why="Compiled software is in no package database: scanners find its vulnerabilities only if its files identify it.",
    fix="Install a package if one exists; otherwise pin the version and add an SBOM.",
    references=("CWE-1104",),
    inspect=inspect,
)
