"""Image is not pinned by digest."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.image and not image_name.parse(container.image).pinned:
            yield at(container, f"has the image {container.image} without a digest", "image")


CHECK = Check(
    id="K8S-045",
    title="Image is not pinned by digest",
    severity="negligible",
    why="Anyone who can push to the registry can move a tag to another image; a digest cannot change.",
    fix="Add the digest: name:tag@sha256:…",
    references=("CWE-494",),
    inspect=inspect,
    default=False,
)
