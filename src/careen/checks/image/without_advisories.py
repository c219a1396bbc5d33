"""No source of advisories knows the distribution."""

from collections.abc import Iterator

from careen.formats.imagedocument import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    if document.unassessed:
        yield Place(document.unassessed)


CHECK = Check(
    id="IMG-027",
    title="No source of advisories knows the distribution",
    severity="high",
    why="That nothing is found in its packages says nothing: nobody publishes, or nobody reads, what is wrong with them.",
    fix="Move to a release with advisories (docs/coverage.md names them), or give your own with --advisories.",
    references=("CWE-1104",),
    inspect=inspect,
)
