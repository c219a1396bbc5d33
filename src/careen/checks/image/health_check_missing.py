"""HEALTHCHECK missing."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    check = document.config.health_check
    if not check or check[0] == "NONE":
        yield Place("the image has no HEALTHCHECK")


CHECK = Check(
    id="IMG-015",
    title="HEALTHCHECK missing",
    severity="low",
    why=(
        "Docker and Swarm keep sending requests to a process that hangs. Kubernetes has its own probes and ignores HEALTHCHECK."
    ),
    fix="Add HEALTHCHECK with a cheap request.",
    references=("CIS Docker 1.6, 4.6",),
    inspect=inspect,
    default=False,
)
