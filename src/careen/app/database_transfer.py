"""Exports the database to a file or a registry, and imports it from there; the same for published databases.

Raises: DatabaseError, InputError, NetworkError, UsageError.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from careen.app.cachefolder import cache_folder, refuse_untrusted
from careen.app.databases import database_of
from careen.atomic import write_whole
from careen.config import Settings
from careen.database.knowledge import database_path
from careen.database.space import full_as_error, is_full, needed_beside
from careen.errors import InputError, UsageError
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.app.publications import Verified
    from careen.database.artifact import Artifact
    from careen.database.head import FeedRow
    from careen.images.distribution import Repository


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
        hint = "free some space, or name a file on another disk" if is_full(error) else "name a file in a folder that exists"
        raise InputError(f"{target} cannot be written: {error.strerror or error}", hint) from None


def import_database(source: Path, settings: Settings, *, replace: bool = False) -> "tuple[FeedRow, ...]":
    """Imports an exported file: a published database if its signatures are trusted; any other because the user named it.
    Returns the feeds that are kept as they were, because the other database lacks them, or has less of them."""
    from careen.app.publications import of_layout
    from careen.database.artifact import read_manifest, unpack
    from careen.database.earlier_databases import install
    from careen.database.layout import Layout
    from careen.database.publication import is_publication

    settings = refuse_untrusted(settings)
    cache_folder(settings)
    path = database_path(settings.cache_dir)
    try:
        with source.open("rb") as file, full_as_error(path, lambda: needed_beside(path)):
            layout = Layout(file, str(source))
            if is_publication(layout.manifest):
                return _take(of_layout(layout, str(source), settings), settings, replace, ())[1]
            artifact = read_manifest(layout.manifest, str(source))
            chunks = layout.blob(artifact.layer.digest, artifact.layer.size)
            return install(path, lambda aside: unpack(artifact, chunks, aside, str(source)), settings.db_keep, replace=replace)
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}", "careen db export FILE writes a file to import") from None


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
    are kept as they were, because the other database lacks them, or has less of them."""
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
    from careen.database.earlier_databases import install, keeping_earlier
    from careen.database.file_state import rows_of

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
