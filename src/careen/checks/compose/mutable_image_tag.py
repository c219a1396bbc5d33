"""Image has no tag, or the latest tag."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.images import image_name
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.image and "build" not in service.node and image_name.parse(service.image).mutable:
            yield below(service, f"has the image {service.image}, whose content changes", "image")


CHECK = Check(
    id="CMP-022",
    title="Image has no tag, or the latest tag",
    severity="medium",
    why="The image depends on the day of the pull, and a rollback to the earlier one is impossible.",
    fix="Set a version tag, preferably with its digest.",
    references=(
        "CIS Docker 5.28",
        "CWE-1357",
    ),
    inspect=inspect,
)
