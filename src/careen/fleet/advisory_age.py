"""How old the advisories are that the fleet is assessed by."""

from datetime import UTC, datetime

from msgspec import Struct

from careen.app.databases import database_of
from careen.app.wiring import max_age_days
from careen.database.age import age_of
from careen.database.read import status
from careen.errors import DatabaseError

from .fleet import Fleet
from .shared_advisories import published


class AdvisoryAge(Struct, frozen=True):
    """``fetched`` None: there are no advisories. ``old`` of ``sources`` have data older than ``days``, by their origin."""

    fetched: float | None = None
    is_stale: bool = True
    old: int = 0
    sources: int = 0
    days: int | None = None


def advisory_age(fleet: Fleet, now: float) -> AdvisoryAge:
    """Stale: nothing was fetched, or no source has data as young as the settings ask for."""
    days, file = max_age_days(fleet.settings), database_of(fleet.settings)
    try:
        info = status(file) if file.is_file() else None
    except DatabaseError:
        info = None
    if info is None:  # another machine may have them
        found = published(fleet.engine)
        return _aged(found.build if found else "", 0, 0, days, now)
    today = datetime.fromtimestamp(now, UTC).date()
    ages = [age_of(source, today) for source in info.sources]
    old = sum(age is None or age > days for age in ages) if days is not None else 0
    return _aged(max((source.fetched for source in info.sources), default="") or info.built, old, len(ages), days, now)


def _aged(fetched: str, old: int, sources: int, days: int | None, now: float) -> AdvisoryAge:
    try:
        at = datetime.fromisoformat(fetched).timestamp()
    except ValueError:
        return AdvisoryAge(None, True, old, sources, days)
    is_stale = days is not None and (now - at > days * 86_400 or (sources > 0 and old == sources))
    return AdvisoryAge(at, is_stale, old, sources, days)
