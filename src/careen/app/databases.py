"""The database: updated, listed, compared, exported to a file or registry, and imported.

Raises: DatabaseError, InputError, NetworkError, UsageError.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace as changed

from careen.app.cachefolder import cache_folder, refuse_untrusted, settled
from careen.app.wiring import advisory_sources, fetcher_of
from careen.atomic import write_whole
from careen.config import Settings
from careen.database.knowledge import DERIVED as DERIVED  # shells show it
from careen.database.knowledge import database_path
from careen.errors import Error, InputError, UsageError
from careen.model.advisory import DatabaseInfo
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.app.publications import Verified
    from careen.database.artifact import Artifact
    from careen.database.buckets import FeedRow
    from careen.database.compare import Comparison
    from careen.database.differences import Difference, Only
    from careen.database.results import FeedResult, UpdateResult
    from careen.images.distribution import Repository

log = logging.getLogger(__name__)


def update_database(
    settings: Settings,
    progress: Progress = silent,
    *,
    full: bool = False,
    accept: Collection[str] = (),
    feeds: bool = False,
) -> "UpdateResult":
    """Updates every source: from the published database, then from feeds that are newer by a day, or missing there.

    ``full``: also large feeds. ``feeds``: from the feeds alone, as if a mirror of them is named.
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
    """Whether the published database was taken, and which feeds of it were refused."""
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
    """The database to use: the one that the settings name, else the one in use."""
    path = database_path(settled(settings).cache_dir)
    if settings.db is None:
        return path
    from careen.database.earlier_databases import find_database

    return find_database(path, settings.db)


def database_status(settings: Settings) -> DatabaseInfo:
    from careen.database.read import status

    return status(database_of(refuse_untrusted(settings)))


def last_background_refresh(settings: Settings) -> tuple[str, Path]:
    """(the last line of its log, the log); "" if there was none."""
    from careen.database.refreshlog import last_line, log_beside

    log = log_beside(database_path(settings.cache_dir))
    return last_line(log) or "", log


def has_published_database() -> bool:
    """Whether this installation has the address of a published database built in."""
    from careen.signing import anchor

    return bool(anchor.DATABASE)


def labels_of(rows: "Iterable[FeedRow]") -> tuple[str, ...]:
    """The names of feeds as commands take them: debian, osv/npm."""
    from careen.database.buckets import label_of

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
    """``before`` and ``after`` are files or days; None is the database in use. Each difference is passed on at once.

    ``namespaces`` and ``sources``: compare only these; empty is all.
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
    """Raises UsageError for names that neither the databases nor any source have: a typo must not look like no difference."""
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
    from careen.database.buckets import label_of
    from careen.database.build import rows_of

    if not accept:
        return
    known = {source.name for source in advisory_sources()}
    for row in rows_of(database_path(settings.cache_dir)).values():
        known |= {row.source, label_of(row), row.path}
    for name in accept:
        if name not in known:
            raise UsageError(f"--accept {name}: no such source, and no such part of one in the database", "careen db status -v")


def export_database(target: Path, settings: Settings) -> tuple[str, str]:
    """Writes the database to one file, whole or not at all. Returns when it was built, and its digest."""
    import tempfile

    from careen.database.artifact import write_artifact

    with _written(target), tempfile.TemporaryDirectory(prefix=".careen-", dir=target.parent) as folder:
        layer = Path(folder, "layer")
        artifact = _packed(settings, layer)
        write_whole(target, lambda stream: write_artifact(artifact, layer, stream), synced=True)
    return artifact.built, artifact.digest


def export_published(target: Path, settings: Settings, progress: Progress = silent) -> tuple[str, str]:
    """Writes the published database to one file, with its signatures. Returns its address and its digest."""
    from careen.app.publications import newest
    from careen.database.artifact import EMPTY
    from careen.database.layout import Member, digest_of, write_layout
    from careen.database.publication import PUBLICATION_TYPE, TAG

    settings = refuse_untrusted(settings)
    found = newest(_places(settings), settings, progress)
    blobs = {digest_of(EMPTY): Member(digest_of(EMPTY), len(EMPTY), (EMPTY,))}
    for blob in found.contents.files.values():
        blobs[blob.digest] = Member(blob.digest, blob.size, found.read(blob.digest, blob.size, 0))

    def write(stream: BinaryIO) -> None:
        write_layout(stream, found.contents.manifest, PUBLICATION_TYPE, TAG, blobs.values())

    with _written(target):
        try:
            write_whole(target, write, synced=True)
        except ValueError as error:
            raise InputError(f"{found.address} is damaged: {error}", "try again") from None
    return found.address, found.contents.digest


@contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}", "name a file in a folder that exists"
        ) from None


def forget_source(name: str, settings: Settings) -> "tuple[FeedRow, ...]":
    """Removes a source, or a part of one, from the database. Returns the removed feeds."""
    from careen.database.forget import forget

    settings = refuse_untrusted(settings)
    return forget(cache_folder(settings), name)


def import_database(source: Path, settings: Settings, *, replace: bool = False) -> "tuple[FeedRow, ...]":
    """Imports an exported file: a published database if its signatures are trusted; any other because the user named it.
    Returns the feeds that stay as they were."""
    from careen.app.publications import of_layout
    from careen.database.artifact import read_manifest, unpack
    from careen.database.earlier_databases import install
    from careen.database.layout import Layout
    from careen.database.publication import is_publication

    settings = refuse_untrusted(settings)
    cache_folder(settings)
    try:
        with source.open("rb") as file:
            layout = Layout(file, str(source))
            if is_publication(layout.manifest):
                return _take(of_layout(layout, str(source), settings), settings, replace, ())[1]
            artifact = read_manifest(layout.manifest, str(source))
            chunks = layout.blob(artifact.layer.digest, artifact.layer.size)
            path = database_path(settings.cache_dir)
            return install(path, lambda aside: unpack(artifact, chunks, aside, str(source)), settings.db_keep, replace=replace)
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}", "careen db export FILE writes one") from None


def push_database(reference: str, settings: Settings) -> tuple[str, str]:
    """Pushes the database to a registry. Returns its name there, by tag and by digest."""
    from careen.app.registries import PREFIX, repository_of
    from careen.database.artifact import EMPTY
    from careen.database.layout import MANIFEST_TYPE

    repository = repository_of(reference, settings, "latest")
    named = repository.reference
    if named.digest:
        raise UsageError(f"{reference}: a database is pushed to a tag", "leave the digest out: it is printed afterwards")
    import tempfile

    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        layer = Path(folder, "layer")
        artifact = _packed(settings, layer)
        repository.push_blob(artifact.config.digest, EMPTY)
        repository.push_blob(artifact.layer.digest, layer.read_bytes())
    repository.push_manifest(str(named.tag), artifact.manifest, MANIFEST_TYPE)
    return f"{PREFIX}{named}", f"{PREFIX}{named.name}@{artifact.digest}"


def pull_database(
    reference: str | None,
    settings: Settings,
    progress: Progress = silent,
    *,
    replace: bool = False,
    accept: Collection[str] = (),
) -> "tuple[str, tuple[FeedRow, ...]]":
    """Imports the published database, verified, or one that is named by its digest. Returns its digest, and the feeds that
    stay as they were, because the other database has less of them."""
    from careen.app.publications import newest
    from careen.app.registries import PREFIX, repository_of
    from careen.database.artifact import read_manifest
    from careen.database.publication import TAG, is_publication

    settings = refuse_untrusted(settings)
    cache_folder(settings)
    if reference is None:
        return _take(newest(_places(settings), settings, progress), settings, replace, accept)
    repository = repository_of(reference, settings, TAG)
    named = repository.reference
    data, digest = repository.manifest(named.digest or str(named.tag), named.digest)
    if is_publication(data):
        return _take(newest((reference,), settings, progress), settings, replace, accept)
    read_manifest(data, reference)
    if not named.digest:
        raise InputError(f"{reference} is not signed", f"to vouch for it, name its digest: {PREFIX}{named.name}@{digest}")
    return digest, _pull_by_digest(repository, data, settings, progress, replace)


def _places(settings: Settings) -> tuple[str, ...]:
    from careen.app.publications import addresses

    places = addresses(settings)
    if not places:
        raise UsageError("no published database is configured", "name its address, or set db_artifact")
    return places


def _take(found: "Verified", settings: Settings, replace: bool, accept: Collection[str]) -> "tuple[str, tuple[FeedRow, ...]]":
    from careen.app.publications import take_all, take_whole
    from careen.database.build import rows_of
    from careen.database.earlier_databases import install, keeping_earlier

    path = database_path(settings.cache_dir)
    if replace:
        install(path, lambda aside: take_whole(found, aside), settings.db_keep, replace=True)
        return found.contents.digest, ()
    with keeping_earlier(path, settings.db_keep):
        take_all(found, settings, accept=accept)
    layers = {group.packed.digest for group in found.publication.groups}
    return found.contents.digest, tuple(row for row in rows_of(path).values() if row.layer not in layers)


def _pull_by_digest(
    repository: "Repository", manifest: bytes, settings: Settings, progress: Progress, replace: bool
) -> "tuple[FeedRow, ...]":
    from careen.app.registries import PREFIX, downloaded
    from careen.database.artifact import read_manifest, unpack
    from careen.database.earlier_databases import install

    where = f"{PREFIX}{repository.reference}"
    artifact = read_manifest(manifest, where)
    chunks = downloaded(repository, artifact.layer.digest, artifact.layer.size, progress, where)
    path = database_path(settings.cache_dir)
    return install(path, lambda aside: unpack(artifact, chunks, aside, where), settings.db_keep, replace=replace)


def _packed(settings: Settings, layer: Path) -> "Artifact":
    import tempfile

    from careen.database.artifact import pack
    from careen.database.merge import with_checks
    from careen.database.read import status

    database = database_of(refuse_untrusted(settings))
    status(database)  # raises if there is no database, or it is damaged
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        return pack(with_checks(database, Path(folder, "database")) if settings.db is None else database, layer)
