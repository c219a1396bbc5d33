"""Path traversal in a layer."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for path, what in document.anomalies:
        yield Place(what, path=path)


CHECK = Check(
    id="IMG-030",
    title="Path traversal in a layer",
    severity="high",
    why="No build tool creates such paths: an unpacker that does not check them writes files anywhere on the host.",
    fix="Do not run the image; find out who built it.",
    references=("CWE-22",),
    inspect=inspect,
)
