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
    default=False,  # on a command line a tag is how people ask; a gate before a roll-out switches it on
)
