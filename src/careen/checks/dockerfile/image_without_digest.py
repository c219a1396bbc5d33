"""Base image is not pinned by digest."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        image = stage.resolved
        if image and image != "scratch" and stage.parent is None and "@" not in image and "$" not in image:
            yield of_stage(stage, image)


CHECK = Check(
    id="DKR-024",
    title="Base image is not pinned by digest",
    severity="low",
    why="Anyone who can push to the registry can move a tag to another image; a digest cannot change.",
    fix="Add the digest after the tag (image:tag@sha256:…) and let a bot update both.",
    references=(
        "CIS Docker 1.6, 4.2",
        "CWE-494",
    ),
    inspect=inspect,
    default=False,
)
