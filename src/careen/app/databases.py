"""The database as a thing of its own: brought up to date, listed, compared, written to a file and to a registry, taken in.

Raises: DatabaseError, InputError, NetworkError, UsageError.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from careen.app.cachefolder import cache_folder, refuse_untrusted, settled
from careen.app.opening import open_context
from careen.app.wiring import advisory_sources, fetcher_of
from careen.config import Settings
from careen.database.knowledge import database_path
from careen.errors import InputError, NetworkError, UsageError
from careen.model.advisory import DatabaseInfo
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.database.artifact import Artifact
    from careen.database.buckets import FeedRow
    from careen.database.compare import Difference
    from careen.database.update import UpdateResult
    from careen.images.distribution import Repository

PREFIX = "oci://"


def update_database(
    settings: Settings, progress: Progress = silent, *, full: bool = False, accept: Collection[str] = ()
) -> "UpdateResult":
    """Brings every source up to date, from the live addresses or a mirror; ``full``: also what is large."""
    from careen.app.meaning import meaning
    from careen.database.kept import keeping
    from careen.database.update import update
    from careen.plugins import Need

    settings = refuse_untrusted(settings)
    with keeping(database_path(settings.cache_dir), settings.db_keep):
        return update(
            settings.cache_dir,
            advisory_sources(),
            need=Need(full=full),
            fetcher=fetcher_of(settings),
            mirror_at=settings.db_from,
            progress=progress,
            accept=accept,
            judge=meaning(),
            api_key=settings.nvd_api_key or "",
        )


def database_of(settings: Settings) -> Path:
    """The file to judge by: the one that was named, else the one in use."""
    path = database_path(settled(settings).cache_dir)
    if settings.db is None:
        return path
    from careen.database.kept import chosen

    return chosen(path, settings.db)


def database_status(settings: Settings) -> DatabaseInfo:
    from careen.database.read import status

    return status(database_of(refuse_untrusted(settings)))


def database_list(settings: Settings) -> tuple[DatabaseInfo, ...]:
    from careen.database.kept import listed

    return listed(database_path(refuse_untrusted(settings).cache_dir))


def database_diff(before: str, after: str | None, settings: Settings) -> "Difference":
    """Files or days; without the second, what is in use."""
    from careen.database.compare import compare
    from careen.database.kept import chosen

    path = database_path(refuse_untrusted(settings).cache_dir)
    return compare(chosen(path, before), chosen(path, after) if after else path)


def export_database(target: Path, settings: Settings) -> "Artifact":
    """Writes the database to one file, whole or not at all."""
    from careen.database.artifact import write_layout

    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    layer = aside.with_suffix(".layer")
    try:
        artifact = _packed(settings, layer)
        with aside.open("wb") as stream:
            write_layout(artifact, layer, stream)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}", "name a file in a folder that is there"
        ) from None
    finally:
        for leftover in (layer, aside):
            leftover.unlink(missing_ok=True)
    return artifact


def forget_source(name: str, settings: Settings) -> "tuple[FeedRow, ...]":
    """Removes what the database has of a source, or of a part of one; gives the feeds that are gone."""
    from careen.database.forget import forget

    settings = refuse_untrusted(settings)
    return forget(cache_folder(settings), name)


def import_database(source: Path, settings: Settings, *, replace: bool = False) -> "tuple[FeedRow, ...]":
    """Puts the database of an exported file in the place of the one in use; gives the feeds that stay as they were."""
    from careen.database.artifact import read_layout, unpack
    from careen.database.kept import install

    settings = refuse_untrusted(settings)
    cache_folder(settings)
    try:
        with source.open("rb") as file:
            artifact, chunks = read_layout(file, str(source))
            path = database_path(settings.cache_dir)
            return install(path, lambda aside: unpack(artifact, chunks, aside, str(source)), settings.db_keep, replace=replace)
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}", "careen db export FILE writes one") from None


def push_database(reference: str, settings: Settings) -> tuple[str, str]:
    """Leaves the database in a registry; gives its name there, by tag and by digest."""
    from careen.database.artifact import EMPTY, MANIFEST_TYPE

    repository = _repository(reference, settings)
    named = repository.reference
    if named.digest:
        raise UsageError(f"{reference}: what is pushed is named by a tag", "leave the digest out: it is told afterwards")
    import tempfile

    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        layer = Path(folder, "layer")
        artifact = _packed(settings, layer)
        repository.push_blob(artifact.config.digest, EMPTY)
        repository.push_blob(artifact.layer.digest, layer.read_bytes())
    repository.push_manifest(named.tag or "latest", artifact.manifest, MANIFEST_TYPE)
    return f"{PREFIX}{named}", f"{PREFIX}{named.name}@{artifact.digest}"


def pull_database(
    reference: str, settings: Settings, progress: Progress = silent, *, replace: bool = False
) -> "tuple[str, tuple[FeedRow, ...]]":
    """Puts the database of a registry in the place of the one in use; gives its digest, and the feeds that stay as they
    were."""
    from careen.database.artifact import read_manifest, unpack
    from careen.database.kept import install

    settings = refuse_untrusted(settings)
    repository = _repository(reference, settings)
    named = repository.reference
    data, digest = repository.manifest(named.digest or named.tag or "latest", named.digest)
    artifact = read_manifest(data, reference)
    cache_folder(settings)
    path = database_path(settings.cache_dir)
    chunks = _downloaded(repository, artifact, progress, reference)
    kept = install(path, lambda aside: unpack(artifact, chunks, aside, reference), settings.db_keep, replace=replace)
    return digest, kept


def _packed(settings: Settings, layer: Path) -> "Artifact":
    import tempfile

    from careen.database.artifact import pack
    from careen.database.merge import with_checks

    database = database_of(refuse_untrusted(settings))
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        return pack(with_checks(database, Path(folder, "database")) if settings.db is None else database, layer)


def _downloaded(repository: "Repository", artifact: "Artifact", progress: Progress, where: str) -> Iterator[bytes]:
    """A connection that breaks is taken up again where it broke, a few times."""
    done, total = 0, artifact.layer.size
    for attempt in range(4):
        try:
            response = repository.blob(artifact.layer.digest, done)
            try:
                if done and response.status == 200:  # it does not give parts: what we have is passed over
                    left = done
                    while left and (passed := response.read(min(left, 1 << 20))):
                        left -= len(passed)
                while chunk := response.read(1 << 20):
                    done += len(chunk)
                    yield chunk
                    progress(where, done, total)
            finally:
                response.close()
            return
        except NetworkError:
            if attempt == 3:
                raise


def _repository(reference: str, settings: Settings) -> "Repository":
    from careen.images.distribution import Repository
    from careen.images.fetching import fetcher_of as image_fetcher
    from careen.images.names import parse_reference

    if not reference.startswith(PREFIX):
        raise UsageError(f"{reference!r} names no repository", f"write it as {PREFIX}HOST/NAME:TAG")
    context = open_context(settings, silent)
    return Repository(parse_reference(reference.removeprefix(PREFIX)), image_fetcher(context), context.settings)
