"""Image is not pinned by digest."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.images import image_name
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.image and "build" not in service.node and not image_name.parse(service.image).pinned:
            yield below(service, f"has the image {service.image} without a digest", "image")


CHECK = Check(
    id="CMP-053",
    title="Image is not pinned by digest",
    severity="negligible",
    why="Anyone who can push to the registry can move a tag to another image; a digest cannot change.",
    fix="Add the digest: name:tag@sha256:…",
    references=("CWE-494",),
    inspect=inspect,
    default=False,
)
