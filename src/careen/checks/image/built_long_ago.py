"""Image is outdated: built long ago."""

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
    title="Image is outdated: built long ago",
    severity="low",
    why="The image lacks all security fixes since its build.",
    fix="Rebuild the image on a current base image, on a schedule.",
    references=("CIS Docker 1.6, 4.4", "CWE-1104"),
    inspect=inspect,
)
