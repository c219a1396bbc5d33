"""The advisory database: whether it exists, is intact and has this version's schema, its age, and its publisher."""

from collections.abc import Iterator
from datetime import UTC, datetime

from careen.config import Settings
from careen.errors import DatabaseError

from .line import Line, note, ok, problem

OLD_DAYS = 14
NAMED = 5  # sources listed in one line


def database_lines(settings: Settings) -> Iterator[Line]:
    from careen.app.databases import database_of, has_published_database, last_background_refresh
    from careen.app.publications import addresses
    from careen.database.age import ALWAYS, age_of
    from careen.database.read import status

    path = database_of(settings)
    if not path.is_file():
        yield problem("database", "no_database", "there is no advisory database", "careen db update")
        return
    try:
        info = status(path)
    except DatabaseError as error:
        yield problem("database", "database_unusable", str(error), "careen db update")
        return
    records = sum(source.records for source in info.sources)
    yield ok("database", "database", f"{len(info.sources)} sources, {records:,} records, built {info.built[:10]}: {path}")
    today = datetime.now(UTC).date()
    limit = settings.db_max_age if isinstance(settings.db_max_age, int) else OLD_DAYS
    ages = {source.name: age_of(source, today) for source in info.sources}
    old = sorted(name for name, age in ages.items() if age is None or age > limit)
    failed = sorted(source.name for source in info.sources if source.trouble)
    if old:
        text = f"{len(old)} sources are older than {limit} days, or of an unknown age: {_few(old)}"
        yield note("database", "database_old", text, "careen db update")
    else:
        yield ok("database", "database_age", f"no source is older than {limit} days")
    if failed:
        yield note("database", "source_failed", f"the last refresh failed for {_few(failed)}", "careen db update --verbose")
    if missing := [name for name in ALWAYS if name not in ages]:
        text = f"{' and '.join(missing)} are missing: it is unknown what is exploited"
        yield note("database", "no_exploit_data", text, "careen db update")
    if found := addresses(settings):
        yield ok("database", "published", f"published databases: {', '.join(found)}; they are verified by signature")
    elif not has_published_database():
        yield ok("database", "feeds", "no published database is configured: the feeds of the sources are read")
    last, log = last_background_refresh(settings)
    if last:
        yield ok("database", "refresh_log", f"last refresh in the background: {last[:160]} ({log})")


def _few(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
