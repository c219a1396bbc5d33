"""Whether what judges an image is as young as the user wants it.

Its age is the time since its sources were last asked for news, whether or not there were any: what a source has not
changed for months is no older than the day on which it was asked.
Raises: DatabaseError.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from careen.errors import DatabaseError
from careen.formats.lines import plural

from .build import FeedRow, rows_of
from .knowledge import Knowledge, database_path
from .update import read_checked

DAY_S = 24 * 3600
ALWAYS = ("kev", "epss")  # judge every image's findings


def refuse_older(known: Knowledge, path: Path, namespaces: Collection[str], days: int, now: datetime | None = None) -> None:
    """Refuses a database in which a source of these namespaces was last asked for more than ``days`` ago."""
    now = now or datetime.now(UTC)
    checked = read_checked(path) if path.name == database_path(path).name else {}
    names = {info.source for namespace in namespaces for info in known.namespace(namespace)}
    rows = [row for row in rows_of(path).values() if _name(row) in names or row.source in ALWAYS]
    asked = {row.path: _moment(max(row.fetched, checked.get(row.path, ""))) for row in rows}
    for row in rows:
        at = asked[row.path]
        age = (now - at).total_seconds() / DAY_S if at else None
        if age is None or age > days:
            told = "an unknown time" if age is None else plural(round(age), "day")
            raise DatabaseError(
                f"{path}: {_name(row)} was last asked for news {told} ago, and --db-max-age allows {days}",
                "careen db update brings it up to date; without a network careen db import or careen db pull",
            )


def _name(row: FeedRow) -> str:
    return f"{row.source}/{row.part}" if row.part else row.source


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
