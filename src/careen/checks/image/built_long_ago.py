"""The image was built long ago."""

from collections.abc import Iterator
from datetime import date

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

MAX_DAYS = 365
EARLIEST = date(1990, 1, 1)  # reproducible builds are dated 1970 or 1980


def inspect(document: ImageDocument) -> Iterator[Place]:
    try:
        created = date.fromisoformat((document.config.created or "")[:10])
    except ValueError:
        return
    if document.today and created > EARLIEST and (document.today - created).days > MAX_DAYS:
        yield Place(f"it is of {created}")


CHECK = Check(
    id="IMG-025",
    title="The image was built long ago",
    severity="low",
    why="What was fixed since is not in it, whatever its packages are called.",
    fix="Build it anew from a base that is up to date, and do so on a schedule.",
    references=("CIS Docker 1.6, 4.4", "CWE-1104"),
    inspect=inspect,
)
