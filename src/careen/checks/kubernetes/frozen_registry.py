"""Image from the frozen registry k8s.gcr.io."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        name = image_name.parse(container.image)
        old = name.registry == "gcr.io" and name.repository.startswith("google_containers/")
        if old or name.registry == "k8s.gcr.io":
            yield at(container, f"has the image {container.image} of a registry without new images", "image")


CHECK = Check(
    id="K8S-292",
    title="Image from the frozen registry k8s.gcr.io",
    severity="low",
    why="The registry has had no new image since April 2023: the image gets no fixes, and may be gone one day.",
    fix="Use registry.k8s.io and a maintained version.",
    references=(
        "CWE-1104",
        "https://kubernetes.io/blog/2023/03/10/image-registry-redirect/",
    ),
    inspect=inspect,
)
