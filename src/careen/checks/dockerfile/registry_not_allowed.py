"""Base image from a registry that is not allowed."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.images import image_name
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields base images from other registries than the settings name (a host, or ``*.host``); nothing if they name none.
    Images without a host are from Docker Hub."""
    allowed = document.settings.get("registries", ())
    if not allowed:
        return
    for stage in document.stages:
        if stage.resolved in ("", "scratch") or stage.parent is not None:
            continue
        if not image_name.is_of_registry(stage.resolved, allowed):
            yield of_stage(stage, f"{stage.resolved} is of {image_name.registry_of(stage.resolved)}")


CHECK = Check(
    id="DKR-003",
    title="Base image from a registry that is not allowed",
    severity="medium",
    why="An image of another registry has passed none of the controls of the allowed registries.",
    fix="Use an image of an allowed registry, or add this one to allowed_registries in the settings.",
    references=(
        "CIS Docker 1.6, 4.2",
        "CWE-829",
        "Hadolint DL3026",
    ),
    inspect=inspect,
)
