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
    why="The report has no vulnerabilities of its packages because none are published, or Careen does not read them.",
    fix="Use a release with advisories (see docs/coverage.md), or provide your own with --advisories.",
    references=("CWE-1104",),
    inspect=inspect,
)
