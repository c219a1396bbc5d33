"""cd is used instead of WORKDIR."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("cd"):
        if not call.command.inner:
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-038",
    title="cd is used instead of WORKDIR",
    severity="negligible",
    why="The change ends with the RUN. If cd fails before a semicolon, the rest runs in the wrong folder.",
    fix="Use WORKDIR, or a subshell for a single command.",
    references=(
        "Hadolint DL3003",
        "Trivy DS-0013",
    ),
    inspect=inspect,
)
