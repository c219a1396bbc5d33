"""The image runs as root."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    user = document.user
    if document.complete and user.uid == 0:
        said = document.config.user
        yield Place(f"the user is {said!r}, which is uid 0" if said else "no user is set: it is root")


CHECK = Check(
    id="IMG-001",
    title="The image runs as root",
    severity="high",
    why=(
        "A process that is root in the container is root for the kernel: one vulnerability in it, of the runtime "
        "or of a mount is enough to own the host. The runtime may set another user, but most never do."
    ),
    fix="End the Dockerfile with USER and a number other than 0; give that user what it must write to.",
    references=("CIS Docker 1.6, 4.1", "CWE-250", "PSS restricted: Running as Non-root"),
    inspect=inspect,
)
