"""yum waits for an answer."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls("yum"):
        if package.action in ("install", "groupinstall") and not package.options.has("-y", "--assumeyes"):
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-052",
    title="yum waits for an answer",
    severity="low",
    why="Nobody is there to answer: the build ends, or hangs.",
    fix="Say yes beforehand: -y.",
    references=("Hadolint DL3030",),
    inspect=inspect,
)
