"""Base image has no tag."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        image = stage.resolved
        if not image or image == "scratch" or stage.parent is not None or "$" in image or "@" in image:
            continue
        if ":" not in image.rpartition("/")[2]:
            yield of_stage(stage, f"{image} has no tag")


CHECK = Check(
    id="DKR-002",
    title="Base image has no tag",
    severity="medium",
    why="Without a tag the build uses latest, which moves: what was tested is not what is shipped.",
    fix="Add a tag, preferably with a digest: debian:12.7@sha256:…",
    references=(
        "CIS Docker 1.6, 4.2",
        "CWE-1104",
        "Hadolint DL3006",
        "Trivy DS-0001",
        "Checkov CKV_DOCKER_7",
    ),
    inspect=inspect,
)
