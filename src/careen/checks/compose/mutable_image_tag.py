"""An image has no tag, or the tag latest."""

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
    title="An image has no tag, or the tag latest",
    severity="medium",
    why="What runs depends on the day it was pulled, and no roll-back leads back.",
    fix="Name a version, best with its digest.",
    references=(
        "CIS Docker 5.28",
        "CWE-1357",
    ),
    inspect=inspect,
)
