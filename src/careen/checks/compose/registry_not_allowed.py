"""Image from a registry that is not allowed."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.images import image_name
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    """Yields images from other registries than the settings name; nothing if they name none."""
    for service in compose.services if compose.registries else ():
        if service.image and "build" not in service.node and not image_name.is_of_registry(service.image, compose.registries):
            yield below(service, f"has the image {service.image} of {image_name.registry_of(service.image)}", "image")


CHECK = Check(
    id="CMP-072",
    title="Image from a registry that is not allowed",
    severity="medium",
    why="An image of another registry has passed none of the controls of the allowed registries.",
    fix="Use an image of an allowed registry, or add this one to allowed_registries in the settings.",
    references=(
        "CIS Docker 1.6, 4.2",
        "CWE-829",
    ),
    inspect=inspect,
)
