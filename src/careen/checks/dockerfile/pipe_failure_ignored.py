"""pipefail is not set before a RUN with a pipe."""

import re
from collections.abc import Iterator

from careen.checks.steps import shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.syntax import piped
from careen.plugins import Check, Place

_ALONE = re.compile(r"^(?:yes|true|:)$")  # programs that end with their reader, or cannot fail


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields pipes in a shell without pipefail. sh counts as such a shell, since that of Debian and its derivatives
    lacks the option."""
    for step in document.of("RUN"):
        if step.instruction.json or not step.posix or _set_by(step.shell):
            continue
        for command, earlier in piped(step.commands):
            if command.inner or command.wrapped or _ALONE.search(earlier[0].program):
                continue
            if any("pipefail" in setting.words for setting in step.commands if setting.program in ("set", "bash")):
                break
            yield Place(f"{shown(earlier[-1].words, 50)} | {shown(command.words, 30)}", earlier[0].line, command.end_line)
            break


def _set_by(shell: tuple[str, ...]) -> bool:
    name = shell[0].rpartition("/")[2] if shell else ""
    return name in ("bash", "zsh", "ash", "ksh") and any("pipefail" in word for word in shell)


CHECK = Check(
    id="DKR-034",
    title="pipefail is not set before a RUN with a pipe",
    severity="low",
    why="The shell checks only the last command of a pipe: if a download fails, the build continues with half a file.",
    fix='Set SHELL ["/bin/bash", "-o", "pipefail", "-c"] first, or set -o pipefail in the RUN.',
    references=(
        "CWE-754",
        "Hadolint DL4006",
    ),
    inspect=inspect,
)
