"""Port below 1024 is exposed, but the user is not root."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    if document.user.uid in (None, 0):
        return
    for port, protocol in document.ports:
        if port < 1024:
            yield Place(f"port {port}/{protocol} is exposed and the user is {document.user.uid}")


CHECK = Check(
    id="IMG-016",
    title="Port below 1024 is exposed, but the user is not root",
    severity="low",
    why="Most hosts reserve ports below 1024 for root: the container fails there, or is run as root after all.",
    fix="Listen on port 1024 or above and map it when publishing: -p 80:8080.",
    references=("CIS Docker 1.6, 5.8",),
    inspect=inspect,
)
