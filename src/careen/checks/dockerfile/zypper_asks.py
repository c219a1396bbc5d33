"""zypper waits for an answer."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls("zypper"):
        if package.action in ("install", "groupinstall", "remove", "upgrade", "dist-upgrade") and not package.options.has(
            "-n", "--non-interactive", "-y", "--no-confirm"
        ):
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-054",
    title="zypper waits for an answer",
    severity="low",
    why="Nobody is there to answer: the build ends, or hangs.",
    fix="Say yes beforehand: -n.",
    references=("Hadolint DL3034",),
    inspect=inspect,
)
