"""An image is not pinned by its digest."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.image and not image_name.parse(container.image).digest:
            yield at(container, f"has the image {container.image} without a digest", "image")


CHECK = Check(
    id="K8S-045",
    title="An image is not pinned by its digest",
    severity="negligible",
    why="A tag can be moved by whoever may push to the registry; a digest cannot.",
    fix="Add the digest: name:tag@sha256:…",
    references=("CWE-494",),
    inspect=inspect,
    default=False,
)
