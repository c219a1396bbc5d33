"""The age of the advisories that the fleet is assessed with."""

from datetime import UTC, datetime

from msgspec import Struct

from careen.app.databases import database_of
from careen.app.wiring import max_age_days
from careen.database.age import ALWAYS, age_of
from careen.database.read import status
from careen.errors import DatabaseError

from .fleet import Fleet
from .shared_advisories import published


class AdvisoryAge(Struct, frozen=True):
    """The age of the fleet's advisories. ``fetched`` is None if there are no advisories. ``old`` counts the ``sources``
    whose data is older than ``days``, by their publisher's date.
    """

    fetched: float | None = None
    is_stale: bool = True
    old: int = 0
    sources: int = 0
    days: int | None = None


def advisory_age(fleet: Fleet, now: float) -> AdvisoryAge:
    """The age of the fleet's advisories at ``now``. They are stale if nothing was fetched for the allowed number of
    days, or if every source is too old, or a source that the findings of every image depend on.
    """
    days, file = max_age_days(fleet.settings), database_of(fleet.settings)
    try:
        info = status(file) if file.is_file() else None
    except DatabaseError:
        info = None
    if info is None:  # another machine may have the advisories
        found = published(fleet.engine)
        return _aged(found.build if found else "", [], 0, days, now)
    today = datetime.fromtimestamp(now, UTC).date()
    old = [source.name for source in info.sources if days is not None and _is_old(age_of(source, today), days)]
    fetched = max((source.fetched for source in info.sources), default="") or info.built
    return _aged(fetched, old, len(info.sources), days, now)


def _is_old(age: int | None, days: int) -> bool:
    return age is None or age > days


def _aged(fetched: str, old: list[str], sources: int, days: int | None, now: float) -> AdvisoryAge:
    try:
        at = datetime.fromisoformat(fetched).timestamp()
    except ValueError:
        return AdvisoryAge(None, True, len(old), sources, days)
    counts_everywhere = any(name.partition("/")[0] in ALWAYS for name in old)
    all_old = sources > 0 and len(old) == sources
    is_stale = days is not None and (now - at > days * 86_400 or all_old or counts_everywhere)
    return AdvisoryAge(at, is_stale, len(old), sources, days)
