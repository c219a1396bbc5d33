"""/bin/sh is replaced."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("ln"):
        if len(call.command.words) > 2 and call.command.words[-1] == "/bin/sh":
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-075",
    title="/bin/sh is replaced",
    severity="low",
    why="Package scripts expect the shell of the distribution: a link breaks them, or an update reverts it.",
    fix='Use SHELL ["/bin/bash", "-c"].',
    references=("Hadolint DL4005",),
    inspect=inspect,
)
