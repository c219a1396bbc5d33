"""Base image uses the latest tag."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        if stage.parent is None and stage.resolved.endswith(":latest"):
            yield of_stage(stage, stage.resolved)


CHECK = Check(
    id="DKR-023",
    title="Base image uses the latest tag",
    severity="medium",
    why="The tag moves: two builds of one commit may use different base images, and a build cannot be reproduced.",
    fix="Use the tag of a tested release, with its digest.",
    references=(
        "CIS Docker 1.6, 4.2",
        "CWE-1104",
        "Hadolint DL3007",
        "Trivy DS-0001",
        "Checkov CKV_DOCKER_7",
    ),
    inspect=inspect,
)
