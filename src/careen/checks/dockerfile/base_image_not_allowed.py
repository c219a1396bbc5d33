"""Base image is not allowed."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.images import image_name
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields base images that the settings do not name; nothing if they name none."""
    allowed = document.settings.get("images", ())
    for stage in document.stages if allowed else ():
        if stage.resolved in ("", "scratch") or stage.parent is not None:
            continue
        if not image_name.is_one_of(stage.resolved, allowed):
            yield of_stage(stage, f"{stage.resolved} is none of the images that are allowed")


CHECK = Check(
    id="DKR-100",
    title="Base image is not allowed",
    severity="medium",
    why="The image is not on your list of approved base images, so its origin and maintenance are not verified.",
    fix="Use an allowed base image, or add this one to allowed_images in the settings.",
    references=(
        "CIS Docker 1.6, 4.2",
        "CWE-829",
    ),
    inspect=inspect,
)
