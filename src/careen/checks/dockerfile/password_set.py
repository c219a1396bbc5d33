"""A password is set in a step."""

from collections.abc import Iterator

from careen.checks.steps import of_call, uses_flag
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("chpasswd", "passwd", "usermod", "useradd", "adduser"):
        words = call.command.words
        if call.command.program == "passwd" and (
            len(words) < 2 or uses_flag(call, "-l", "--lock", "-S", "--status", "-e", "-n")
        ):
            continue
        if call.command.program in ("usermod", "useradd", "adduser") and not uses_flag(call, "-p", "--password"):
            continue
        if call.command.program == "adduser" and not any(word.startswith("--password") for word in words):
            continue
        yield of_call(call, call.command.program)


CHECK = Check(
    id="DKR-027",
    title="A password is set in a step",
    severity="high",
    why="The password, or its hash, is part of the image for everybody who can pull it.",
    fix="Leave accounts locked; log in with keys or not at all.",
    references=(
        "CWE-259",
        "CWE-798",
        "Checkov CKV2_DOCKER_17",
    ),
    inspect=inspect,
)
