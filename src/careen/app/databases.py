"""Functions on the database for shells: update, show, list, compare, and remove a source.

Raises: DatabaseError, InputError, NetworkError, UsageError.
"""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from careen.app.cachefolder import cache_folder, refuse_untrusted, settled
from careen.app.wiring import advisory_sources, fetcher_of
from careen.config import Settings
from careen.database.knowledge import DERIVED as DERIVED  # exported for shells
from careen.database.knowledge import database_path
from careen.errors import Error, UsageError
from careen.log import logger
from careen.model.advisory import DatabaseInfo
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.database.compare import Comparison
    from careen.database.differences import Difference, Only
    from careen.database.head import FeedRow
    from careen.database.results import FeedResult, UpdateResult

log = logger(__name__)


def update_database(
    settings: Settings,
    progress: Progress = silent,
    *,
    full: bool = False,
    accept: Collection[str] = (),
    feeds: bool = False,
) -> "UpdateResult":
    """Updates every source: from the published database, then from feeds that are a day newer, or missing there.

    ``full``: also large feeds. ``feeds``: only from the feeds, as with a mirror of them.
    """
    from careen.app.regression_guard import build_is_affected
    from careen.database.earlier_databases import keeping_earlier
    from careen.database.update import FRESH_S, update
    from careen.plugins import Need

    settings = refuse_untrusted(settings)
    check_accepted(accept, settings)
    with keeping_earlier(database_path(settings.cache_dir), settings.db_keep):
        came, refused = (False, ()) if feeds or settings.db_from else _published(settings, progress, accept)
        result = update(
            settings.cache_dir,
            advisory_sources(),
            need=Need(full=full),
            fetcher=fetcher_of(settings),
            mirror_at=settings.db_from,
            progress=progress,
            max_age_s=FRESH_S if came else 0,
            accept=accept,
            is_affected=build_is_affected(),
            api_key=settings.nvd_api_key or "",
        )
        return changed(result, feeds=(*refused, *result.feeds), changed=result.changed or came)


def _published(settings: Settings, progress: Progress, accept: Collection[str]) -> "tuple[bool, tuple[FeedResult, ...]]":
    """Whether the published database was taken, and which of its feeds were refused."""
    from careen.app.publications import addresses, newest, own, take_all, users_own
    from careen.database.results import FeedResult
    from careen.signing.updates import UntrustedError

    places = addresses(settings)
    if not places:
        return False, ()
    try:
        cache_folder(settings)
        found = newest(places, own(settings), progress, then=users_own(settings))
        taken = take_all(found, settings, accept=accept, progress=progress)
    except UntrustedError as error:
        return False, (FeedResult("", places[0], "failed", str(error), trouble="refused"),)
    except Error as error:
        log.warning("the published database is not available, and the feeds are read: %s", error)
        return False, ()
    return True, tuple(
        FeedResult("", path, "failed", failure.detail, trouble=failure.trouble) for path, failure in taken.failed.items()
    )


def database_of(settings: Settings) -> Path:
    """The path of the database to use: the one in the settings, else the current one."""
    path = database_path(settled(settings).cache_dir)
    if settings.db is None:
        return path
    from careen.database.earlier_databases import find_database

    return find_database(path, settings.db)


def database_status(settings: Settings) -> DatabaseInfo:
    from careen.database.read import status

    return status(database_of(refuse_untrusted(settings)))


def last_background_refresh(settings: Settings) -> tuple[str, Path]:
    """The last line of the background refresh's log ("" if there is none), and the path of the log."""
    from careen.database.refreshlog import last_line, log_beside

    log = log_beside(database_path(settings.cache_dir))
    return last_line(log) or "", log


def has_published_database() -> bool:
    """Whether this installation has the address of a published database built in."""
    from careen.signing import anchor

    return bool(anchor.DATABASE)


def labels_of(rows: "Iterable[FeedRow]") -> tuple[str, ...]:
    """The names of feeds in the form that commands accept: debian, osv/npm."""
    from careen.database.head import label_of

    return tuple(sorted({label_of(row) for row in rows}))


def database_list(settings: Settings) -> tuple[DatabaseInfo, ...]:
    from careen.database.earlier_databases import list_databases

    return list_databases(database_path(refuse_untrusted(settings).cache_dir))


def database_diff(
    before: str,
    after: str | None,
    settings: Settings,
    on_difference: "Callable[[Difference], None]",
    *,
    namespaces: Collection[str] = (),
    sources: Collection[str] = (),
) -> "Comparison":
    """Compares two databases. ``before`` and ``after`` are files or days; None is the current database.
    ``on_difference`` is called with each difference at once. ``namespaces`` and ``sources`` limit the comparison; empty
    means all.
    """
    from careen.database.compare import compare
    from careen.database.differences import Only
    from careen.database.earlier_databases import find_database

    only = Only(frozenset(namespaces), frozenset(sources))
    path = database_path(refuse_untrusted(settings).cache_dir)
    one, other = find_database(path, before), find_database(path, after) if after else path
    _check_only(only, one, other)
    return compare(one, other, only, on_difference)


def _check_only(only: "Only", *databases: Path) -> None:
    """Raises UsageError for names that neither the databases nor any source have: a typo must not look like no
    difference.
    """
    from careen.database.mirroring import check_wanted
    from careen.database.read import open_database

    if not (only.namespaces or only.sources):
        return
    spaces: set[str] = set()
    names = {source.name for source in advisory_sources()}
    labels = set(names)
    for path in databases:
        with open_database(path) as database:
            spaces |= {*database.spaces("advisory"), *database.spaces("malicious"), *database.spaces("listed")}
            labels |= {source.name for source in database.info.sources}
    spaces |= {space.partition(":")[0] for space in spaces}  # a distribution with all of its releases
    for name in sorted(only.namespaces - spaces):
        if name in names:
            raise UsageError(f"{name} is a source, not a namespace", f"--source {name}")
        check_wanted(advisory_sources(), (name,))
    for name in sorted(only.sources - labels):
        raise UsageError(f"{name!r} is not a source of these databases", f"for instance {', '.join(sorted(labels)[:3])}")


def check_accepted(accept: Collection[str], settings: Settings) -> None:
    """Raises UsageError for a name that is not a source, nor a part or file of one in the database."""
    from careen.database.file_state import rows_of
    from careen.database.head import label_of

    if not accept:
        return
    known = {source.name for source in advisory_sources()}
    for row in rows_of(database_path(settings.cache_dir)).values():
        known |= {row.source, label_of(row), row.path}
    for name in accept:
        if name not in known:
            raise UsageError(f"--accept {name}: no such source, and no such part of one in the database", "careen db status -v")


def forget_source(name: str, settings: Settings) -> "tuple[FeedRow, ...]":
    """Removes a source, or a part of one, from the database. Returns the removed feeds."""
    from careen.database.forget import forget

    settings = refuse_untrusted(settings)
    return forget(cache_folder(settings), name)
