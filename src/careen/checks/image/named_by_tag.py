"""The image is named by a tag, which can move to another image."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    if document.tag:
        yield Place(f"{document.tag} names no digest")


CHECK = Check(
    id="IMG-029",
    title="The image is named by a tag, which can move to another image",
    severity="low",
    why="What was scanned need not be what runs: whoever may push can move the tag in between.",
    fix="Scan and deploy NAME@sha256:DIGEST, the digest that the report names.",
    references=("CIS Docker 1.6, 5.28", "CWE-494"),
    inspect=inspect,
    default=False,  # on a command line a tag is how people ask; a gate before a roll-out switches it on
)
