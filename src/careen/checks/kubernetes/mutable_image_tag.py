"""Image has no tag, or the latest tag."""

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
    title="Image has no tag, or the latest tag",
    severity="medium",
    why="The image depends on the day of the pull: replicas may differ, and a rollback to the earlier one is impossible.",
    fix="Set a version tag, preferably with its digest.",
    references=(
        "CIS Docker 5.28",
        "CWE-1357",
    ),
    inspect=inspect,
)
