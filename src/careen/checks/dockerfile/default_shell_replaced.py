"""/bin/sh is replaced by a link."""

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
    title="/bin/sh is replaced by a link",
    severity="low",
    why="Scripts of packages expect the shell of their distribution; the link breaks them, or is undone by an update.",
    fix='Choose the shell of the build with SHELL ["/bin/bash", "-c"].',
    references=("Hadolint DL4005",),
    inspect=inspect,
)
