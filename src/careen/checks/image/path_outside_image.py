"""A layer contains paths outside the image (path traversal)."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for path, what in document.anomalies:
        yield Place(what, path=path)


CHECK = Check(
    id="IMG-030",
    title="A layer contains paths outside the image (path traversal)",
    severity="high",
    why=("No build tool makes such an archive; a program that unpacks it without care writes wherever it says."),
    fix="Find out who made the image, and do not run it until then.",
    references=("CWE-22",),
    inspect=inspect,
)
