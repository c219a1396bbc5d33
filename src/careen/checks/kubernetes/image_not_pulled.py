"""Images that a node may have in an older copy, or of another pod."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def _does_not_say_always(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.node.text("imagePullPolicy") != "Always":
            yield at(container, "uses an image that is on the node without asking the registry", "imagePullPolicy")


def _may_be_stale(manifests: Manifests) -> Iterator[Place]:
    """Yields containers whose image is not pulled although its tag may move. The default policy is Always if the tag
    is missing or latest, else IfNotPresent."""
    for container in manifests.containers:
        name, policy = image_name.parse(container.image), container.node.text("imagePullPolicy")
        effective = policy or ("Always" if name.mutable else "IfNotPresent")
        if container.image and effective != "Always" and not name.pinned:
            yield at(container, f"runs the node's copy of {container.image}, even if the tag has moved", "imagePullPolicy")


CHECKS = (
    Check(
        id="K8S-046",
        title="imagePullPolicy is not Always",
        severity="negligible",
        why=(
            "Any pod on the node can run a private image that another pod pulled, and an old image stays in use if its tag "
            "moves."
        ),
        fix="Set imagePullPolicy: Always, or enable the admission plugin AlwaysPullImages.",
        references=("CIS Kubernetes 1.2.11", "CWE-287"),
        inspect=_does_not_say_always,
        default=False,
    ),
    Check(
        id="K8S-315",
        title="Image is not pulled again, and has no digest",
        severity="negligible",
        why="Nodes run different images under one name after the tag has moved, and a fix that was pushed does not arrive.",
        fix="Pin the image by digest, or set imagePullPolicy: Always.",
        references=("CIS Kubernetes 1.2.11", "CWE-1104"),
        inspect=_may_be_stale,
        default=False,
    ),
)
