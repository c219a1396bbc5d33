"""A step calls sudo."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("sudo", "doas"):
        yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-012",
    title="A step calls sudo",
    severity="medium",
    why=(
        "A build runs as the USER that the file names: sudo adds nothing but a setuid program and rules that stay in the image."
    ),
    fix="Switch with USER root and back; drop sudo from the image.",
    references=(
        "CWE-250",
        "Hadolint DL3004",
        "Trivy DS-0010",
        "Checkov CKV2_DOCKER_1",
    ),
    inspect=inspect,
)
