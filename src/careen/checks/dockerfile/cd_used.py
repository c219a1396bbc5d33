"""A step changes its folder with cd."""

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
    title="A step changes its folder with cd",
    severity="negligible",
    why=("The change ends with the RUN, which readers forget; a cd that fails before a semicolon lets the rest run elsewhere."),
    fix="Set WORKDIR, or use a subshell for one command.",
    references=(
        "Hadolint DL3003",
        "Trivy DS-0013",
    ),
    inspect=inspect,
)
