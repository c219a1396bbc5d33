"""MAINTAINER is deprecated."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("MAINTAINER"):
        yield of_step(step, f"MAINTAINER {step.instruction.text[:60]}")


CHECK = Check(
    id="DKR-035",
    title="MAINTAINER is deprecated",
    severity="negligible",
    why="Tools ignore the deprecated instruction and read labels instead.",
    fix="Use LABEL org.opencontainers.image.authors=….",
    references=(
        "Hadolint DL4000",
        "Trivy DS-0022",
        "BuildKit MaintainerDeprecated",
        "Checkov CKV_DOCKER_6",
    ),
    inspect=inspect,
)
