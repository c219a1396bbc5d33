"""Command has no use in a build."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls(
        "free", "ifconfig", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim", "reboot", "systemctl"
    ):
        words = call.command.words
        if call.command.program == "systemctl" and not any(word in ("start", "restart", "status", "reload") for word in words):
            continue  # enable and mask work without a manager
        if call.command.program != "ssh" or len(words) > 1:
            yield of_call(call, shown(words))


CHECK = Check(
    id="DKR-077",
    title="Command has no use in a build",
    severity="negligible",
    why=(
        "Commands such as ssh, mount or service have no effect on the image: no service runs and nobody logs in during a build."
    ),
    fix="Remove the command.",
    references=("Hadolint DL3001",),
    inspect=inspect,
)
