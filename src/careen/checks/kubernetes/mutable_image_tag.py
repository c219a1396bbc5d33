"""An image has no tag, or the tag latest."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.image and image_name.parse(container.image).mutable:
            yield at(container, f"has the image {container.image}, whose content changes", "image")


CHECK = Check(
    id="K8S-023",
    title="An image has no tag, or the tag latest",
    severity="medium",
    why="What runs depends on the day it was pulled: two replicas may differ, and no roll-back leads back.",
    fix="Name a version, best with its digest.",
    references=(
        "CIS Docker 5.28",
        "CWE-1357",
    ),
    inspect=inspect,
)
