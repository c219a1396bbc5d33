"""Published databases: finds the newest one, verifies it, and takes a part or all of it.

Addresses are tried in order: if one is unreachable, has no database, or has one that is not signed as required, the
next is tried.
Raises: InputError (UntrustedError if the answer was not signed), NetworkError, UsageError.
"""

from collections.abc import Collection, Generator, Sequence
from concurrent.futures import TimeoutError as StillRunning
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder
from careen.app.wiring import advisory_sources
from careen.config import Settings
from careen.database.knowledge import database_path
from careen.errors import DatabaseError, Error, InputError, UsageError
from careen.log import logger
from careen.plugins import Need, Progress, silent
from careen.signing import anchor
from careen.signing.updates import UntrustedError, is_root

if TYPE_CHECKING:
    from careen.database.job import Patience
    from careen.database.layout import Layout
    from careen.database.publication import Contents, Group, Publication
    from careen.database.take import Reader, Taken

log = logger(__name__)

FRESH = timedelta(days=1)
PATIENCE = timedelta(hours=1)  # minimum time between two requests for a newer publication
RESPITE = timedelta(minutes=10)  # the same after a request without an answer
TIMEOUT_S = 10.0  # during a scan, which can fetch the feeds instead


class Brought(Struct, frozen=True):
    """The part of a publication that a scan took. ``is_late``: the time limit ended before all of it was taken."""

    taken: "Taken | None" = None
    found: "Verified | None" = None
    is_late: bool = False


class Verified(Struct, frozen=True):
    """A verified publication, and the function that reads its layers."""

    address: str
    contents: "Contents"
    publication: "Publication"
    read: "Reader"


def addresses(settings: Settings) -> tuple[str, ...]:
    """The addresses of publications; empty if nothing is published for this installation."""
    return anchor.addresses(settings.db_artifact)


def root_of(settings: Settings, where: str) -> bytes:
    """The root of trust that verifies publications. Raises InputError or UsageError without one."""
    if settings.db_root is not None:
        hint = "name the root.json of the publisher"
        try:
            data = settings.db_root.read_bytes()
        except OSError as error:
            raise InputError(f"{settings.db_root}: {error.strerror or error}", hint) from None
        if not is_root(data):
            raise InputError(f"{settings.db_root} is not a root of trust (root.json)", hint)
        return data
    found = anchor.root()
    if found is None:
        raise UsageError(
            f"{where} cannot be verified: no root of trust", "name its root.json: --root FILE, or the setting db_root"
        )
    return found


def newest(
    places: Sequence[str],
    settings: Settings,
    progress: Progress = silent,
    *,
    then: Settings | None = None,
    hasty: bool = False,
    ended: bool = False,
) -> Verified:
    """The publication of the first address that has one. Raises the first address's error if none has.

    ``then``: the settings for a second request to the same address. ``hasty``: a failed request is repeated only once,
    and soon. ``ended``: accept a publication past its end date, for its publisher.
    """
    root = root_of(settings, places[0])
    failures: list[Error] = []
    for place in places:
        for way in filter(None, (settings, then)):
            try:
                return _at(place, root, way, progress, hasty=hasty, ended=ended)
            except Error as error:
                log.debug("%s: %s", place, error)
                failures.append(error)
                if isinstance(error, UntrustedError):
                    break
    raise failures[0]


def own(settings: Settings) -> Settings:
    """The settings without those for the image's registry, which do not apply to the registry of databases."""
    return replace(
        settings,
        registry_username=None,
        registry_password=None,
        insecure=False,
        plain_http=False,
        timeout_s=min(settings.timeout_s, TIMEOUT_S),
    )


def users_own(settings: Settings) -> Settings | None:
    """The settings including those for the registry, which apply at the user's own address if a request without them
    failed; None if there are none. No login is sent in the first request.
    """
    is_set = settings.registry_username or settings.registry_password or settings.insecure or settings.plain_http
    return replace(settings, timeout_s=min(settings.timeout_s, TIMEOUT_S)) if is_set and settings.db_artifact else None


def take_all(
    found: Verified,
    settings: Settings,
    groups: "Sequence[Group] | None" = None,
    accept: Collection[str] = (),
    progress: Progress = silent,
) -> "Taken":
    """Adds the feeds of a publication to the current database."""
    groups = found.publication.groups if groups is None else groups
    return _taken(found, database_path(settings.cache_dir), groups, accept=accept, progress=progress)


def take_whole(found: Verified, aside: Path) -> None:
    """Builds a database from only a publication."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="careen-", dir=aside.parent) as folder:
        alone = Path(folder, "advisories.sqlite")
        _taken(found, alone, found.publication.groups)
        alone.replace(aside)


def bring(
    settings: Settings,
    namespaces: frozenset[str],
    feeds: Collection[str],
    progress: Progress = silent,
    *,
    found: Verified | None = None,
    absent: bool = False,
    patience_s: float | None = None,
    leave_bytes: int | None = None,
    insist: bool = False,
) -> Brought | None:
    """Takes from a publication what the image needs, if that is missing or a day old, before the scan fetches feeds.

    None if no request was made: the database has the last known publication, and it is not a day old; or there was no
    answer shortly before, and the caller does not ``insist``. ``found`` is a publication that this run fetched before.
    The other parameters are as in ``take``.
    """
    from careen.database.job import BusyError, Patience
    from careen.database.publication import read_known

    places = addresses(settings)
    path = database_path(settings.cache_dir)
    known = read_known(path)
    if known and known.address in places and _is_fresh(path, known.asked, _needed(known.publication, namespaces, feeds)):
        return None
    failed = path.with_name("published.failed")
    if not insist and _is_younger(failed, RESPITE):
        log.info("the published database is not requested: it was not available a moment ago")
        return None
    patience = Patience(patience_s)
    try:
        found = found or _in_time(places, settings, progress, patience, hasty=not insist)
        if found is None:
            _note(failed)
            return Brought(is_late=True)
        taken = _taken(
            found, path, _needed(found.publication, namespaces, feeds),
            absent=absent, patience_s=patience.left(), leave_bytes=leave_bytes, progress=progress,
        )  # fmt: skip
    except BusyError:
        if patience_s is None:
            raise
        return Brought(found=found, is_late=True)
    except DatabaseError:  # our own database is damaged
        raise
    except Error:
        _note(failed)
        raise
    failed.unlink(missing_ok=True)
    return Brought(taken, found, taken.is_late)


def _needed(publication: "Publication", namespaces: frozenset[str], feeds: Collection[str]) -> "tuple[Group, ...]":
    """The groups that a scan takes; large ones only for namespaces without a smaller feed."""
    of_large = {space for group in publication.groups if group.is_large for space in group.namespaces & namespaces}
    return publication.needed(namespaces, feeds, frozenset(filter(_has_smaller_feed, of_large)))


def _has_smaller_feed(namespace: str) -> bool:
    """Whether a scan can fetch a feed of advisories that covers the namespace and is not large."""
    need = Need(frozenset({namespace}))
    sources = (source for source in advisory_sources() if source.on_demand and source.assesses)
    return any(not feed.full for source in sources for feed in source.feeds(need, lambda name: ()))


def _in_time(
    places: Sequence[str], settings: Settings, progress: Progress, patience: "Patience", *, hasty: bool
) -> Verified | None:
    from careen.database.workers import in_threads

    def ask() -> Verified:
        return newest(places, own(settings), progress, then=users_own(settings), hasty=hasty)

    try:
        return in_threads([ask], 1)[0].result(patience.left()) if patience.is_bounded else ask()
    except StillRunning:
        return None


def _note(failed: Path) -> None:
    with suppress(OSError):  # if the folder is read-only, the next scan repeats the request
        failed.parent.mkdir(exist_ok=True, mode=0o700)
        failed.touch()


def of_layout(layout: "Layout", where: str, settings: Settings) -> Verified:
    """The verified publication in a file."""
    from careen.database.publication import read_manifest

    contents = read_manifest(layout.manifest, where)
    publication = _verified(contents, layout.blob, root_of(settings, where), settings, where)
    return Verified(where, contents, publication, layout.blob)


def _at(place: str, root: bytes, settings: Settings, progress: Progress, *, hasty: bool, ended: bool) -> Verified:
    from careen.app.registries import downloaded, repository_of
    from careen.database.publication import TAG, Known, read_manifest, write_known

    repository = repository_of(place, settings, TAG, hasty=hasty)
    named = repository.reference

    def read(digest: str, size: int, start: int = 0) -> Generator[bytes]:
        return downloaded(repository, digest, size, progress, place, start)

    data, _ = repository.manifest(named.digest or str(named.tag), named.digest)
    contents = read_manifest(data, place)
    publication = _verified(contents, read, root, settings, place, ended=ended)
    write_known(database_path(settings.cache_dir), Known(place, datetime.now(UTC).isoformat(timespec="seconds"), publication))
    return Verified(place, contents, publication, read)


def _verified(
    contents: "Contents", read: "Reader", root: bytes, settings: Settings, where: str, *, ended: bool = False
) -> "Publication":
    """Verifies the signed metadata of a publication and reads them."""
    from careen.database.lock import LOCK_PATIENCE_S, exclusive
    from careen.database.publication import METADATA_TYPE, TAG, publication_of
    from careen.signing.updates import EndedError, targets_past_end, verified_targets

    def metadata(name: str) -> Generator[bytes] | None:
        blob = contents.files.get(name)
        return read(blob.digest, blob.size, 0) if blob and blob.media_type == METADATA_TYPE else None

    cache_folder(settings)
    folder = database_path(settings.cache_dir).parent
    folder.mkdir(exist_ok=True, mode=0o700)
    with exclusive(folder / "trusted.lock", LOCK_PATIENCE_S) as held:
        if not held:
            raise DatabaseError("another process is verifying a published database", "wait for it")
        try:
            version, targets = verified_targets(root, folder / "trusted" / TAG, metadata, where)
        except EndedError:
            if not ended:
                raise
            version, targets = targets_past_end(root, metadata, where)
    publication = publication_of(version, targets, where)
    contents.check(publication, where)
    return publication


def _taken(found: Verified, path: Path, groups: "Sequence[Group]", **options: Any) -> "Taken":
    from careen.app.regression_guard import build_is_affected
    from careen.database.take import take

    sources = [source.name for source in advisory_sources()]
    return take(
        path, found.publication, groups, found.read, sources, where=found.address, is_affected=build_is_affected(), **options
    )


def _is_fresh(path: Path, asked: str, groups: "Sequence[Group]") -> bool:
    """Whether a scan needs no request: the database contains the publication, and its feeds were read from their
    sources within a day, or the last request was a moment ago.
    """
    from careen.database.checks import Check, read_checks
    from careen.database.file_state import rows_of
    from careen.database.take import is_lacking

    rows, checks, now = rows_of(path), read_checks(path), datetime.now(UTC)
    nothing = Check()
    lacking = [row.path for group in groups for row in group.rows if is_lacking(row, rows.get(row.path))]
    if any(checks.get(path, nothing).trouble not in ("held_back", "damaged") for path in lacking):
        return False
    if -PATIENCE < now - datetime.fromisoformat(asked) < PATIENCE:  # (a clock may have been wrong)
        return True
    read = [
        max(rows[row.path].fetched, checks.get(row.path, nothing).asked)
        for group in groups
        for row in group.rows
        if row.path in rows
    ]
    return all(day and -PATIENCE < now - datetime.fromisoformat(day) < FRESH for day in read)


def _is_younger(file: Path, age: timedelta) -> bool:
    try:
        return abs(datetime.now(UTC).timestamp() - file.stat().st_mtime) < age.total_seconds()
    except OSError:
        return False
