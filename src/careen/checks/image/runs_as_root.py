"""Image runs as root."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    user = document.user
    if document.complete and user.uid == 0:
        declared = document.config.user
        yield Place(f"the user is {declared!r}, which is uid 0" if declared else "no user is set: it is root")


CHECK = Check(
    id="IMG-001",
    title="Image runs as root",
    severity="high",
    why=(
        "An attacker who breaks into the container is root: one more vulnerability in the kernel, the runtime or a "
        "mount gives control of the host."
    ),
    fix="End the Dockerfile with USER and a numeric id other than 0, and let that user own the files that it writes.",
    references=("CIS Docker 1.6, 4.1", "CWE-250", "PSS restricted: Running as Non-root"),
    inspect=inspect,
    line="USER 10001:10001",
)
