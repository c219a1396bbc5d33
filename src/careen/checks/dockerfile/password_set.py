"""Password is set in a build step."""

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
    title="Password is set in a build step",
    severity="high",
    why="Anyone who can pull the image can read the password or its hash.",
    fix="Remove the password and leave the account locked (passwd -l); log in with keys.",
    references=(
        "CWE-259",
        "CWE-798",
        "Checkov CKV2_DOCKER_17",
    ),
    inspect=inspect,
)
