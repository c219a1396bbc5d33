"""No advisory source covers the distribution."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    if document.unassessed:
        yield Place(document.unassessed)


CHECK = Check(
    id="IMG-027",
    title="No advisory source covers the distribution",
    severity="high",
    why="No finding in its packages proves nothing: its vulnerabilities are not published, or not read.",
    fix="Move to a release with advisories (docs/coverage.md names them), or give your own with --advisories.",
    references=("CWE-1104",),
    inspect=inspect,
)
