"""sudo is used."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("sudo", "doas"):
        yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-012",
    title="sudo is used",
    severity="medium",
    why="Build steps run as the USER of the Dockerfile. sudo only adds a setuid program and rules that stay in the image.",
    fix="Use USER root and switch back; remove sudo from the image.",
    references=(
        "CWE-250",
        "Hadolint DL3004",
        "Trivy DS-0010",
        "Checkov CKV2_DOCKER_1",
    ),
    inspect=inspect,
)
