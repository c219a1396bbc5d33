"""Image from a registry that is not allowed."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    """Yields images from other registries than the settings name; nothing if they name none."""
    for container in manifests.containers if manifests.registries else ():
        if container.image and not image_name.is_of_registry(container.image, manifests.registries):
            yield at(container, f"has the image {container.image} of {image_name.registry_of(container.image)}", "image")


CHECK = Check(
    id="K8S-122",
    title="Image from a registry that is not allowed",
    severity="medium",
    why="An image of another registry has passed none of the controls of the allowed registries.",
    fix="Use an image of an allowed registry, or add this one to allowed_registries in the settings.",
    references=("CWE-829",),
    inspect=inspect,
)
