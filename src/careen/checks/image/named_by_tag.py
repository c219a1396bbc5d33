"""Image is referenced by a mutable tag."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    if document.tag:
        yield Place(f"{document.tag} names no digest")


CHECK = Check(
    id="IMG-029",
    title="Image is referenced by a mutable tag",
    severity="low",
    why="Anyone who can push can move the tag: the image that runs may not be the one that was scanned.",
    fix="Scan and deploy NAME@sha256:DIGEST; the report has the digest.",
    references=("CIS Docker 1.6, 5.28", "CWE-494"),
    inspect=inspect,
    default=False,  # tags are usual on the command line; a gate before a deployment switches it on
)
