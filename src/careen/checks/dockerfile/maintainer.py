"""The deprecated MAINTAINER is used."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("MAINTAINER"):
        yield of_step(step, f"MAINTAINER {step.instruction.text[:60]}")


CHECK = Check(
    id="DKR-035",
    title="The deprecated MAINTAINER is used",
    severity="negligible",
    why="The instruction is deprecated: nothing but its own field reads it.",
    fix="Write LABEL org.opencontainers.image.authors=… instead.",
    references=(
        "Hadolint DL4000",
        "Trivy DS-0022",
        "BuildKit MaintainerDeprecated",
        "Checkov CKV_DOCKER_6",
    ),
    inspect=inspect,
)
