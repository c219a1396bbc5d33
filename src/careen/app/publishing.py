"""Publishes a database: updates it, compares it with the last publication, splits it, signs it, pushes it to
registries.

The last publication is taken first, so that a feed that is not available today is published unchanged, and so that the
guard of the update can compare with an earlier edition. Layers are pushed to every registry before any tag is moved: a
client that pulls meanwhile gets the complete previous publication.
Raises: DatabaseError, InputError, NetworkError, UsageError.
"""

import tempfile
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder, refuse_untrusted
from careen.app.databases import update_database
from careen.app.registries import repository_of
from careen.app.wiring import advisory_sources
from careen.config import Settings
from careen.database.knowledge import database_path
from careen.errors import Error, InputError, NetworkError, UsageError
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.database.publication import Contents, Group
    from careen.database.results import UpdateResult
    from careen.images.distribution import Repository
    from careen.signing.repository import Role


class Outcome(Struct, frozen=True):
    """The result. ``failed``: by address, why it did not get the publication. ``withheld``: by source, the licence that
    forbids publishing it.
    """

    version: int
    digest: str
    layers: int
    bytes: int
    update: "UpdateResult"
    published: tuple[str, ...]
    failed: dict[str, str]
    withheld: dict[str, str] = {}


def publish_database(
    addresses: Sequence[str],
    keys: Path,
    settings: Settings,
    progress: Progress = silent,
    *,
    full: bool = False,
    accept: Collection[str] = (),
    anew: bool = False,
    all_licences: bool = False,
) -> Outcome:
    """Publishes the database at all addresses. ``anew``: without the last publication, if there is none or it can no
    longer be verified. ``all_licences``: also sources whose licence does not allow it.
    """
    from careen.database.publication import TAG
    from careen.signing.repository import check_keys

    # The last publication may be from before a change of keys: it contains the roots from the first one on.
    settings = replace(refuse_untrusted(settings), db_root=keys / "1.root.json")
    places = {address: repository_of(address, settings, TAG) for address in addresses}
    for address, repository in places.items():
        if repository.reference.digest:
            raise UsageError(f"{address}: a publication is named by a tag", f"leave the digest out; without a tag it is {TAG}")
    check_keys(keys, datetime.now(UTC))
    cache_folder(settings)
    before = 0 if anew else _last(places, settings, accept)
    result = update_database(settings, progress, full=full, accept=accept, feeds=True)
    version = int(datetime.now(UTC).timestamp())  # the time is a version that grows without being stored
    if version <= before:
        raise InputError(f"the last publication ({before}) is later than this machine's time ({version})", "set the clock")
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        withheld = {} if all_licences else _withheld(settings)
        contents, parts, blobs = _signed(Path(folder), keys, version, settings, withheld)
        failed = _pushed(places, contents, blobs, progress)
    if len(failed) == len(places):
        raise NetworkError(f"nothing was published: {'; '.join(failed.values())}", "try again: the registries are unchanged")
    size = sum(group.packed.size for group in parts)
    done = tuple(address for address in addresses if address not in failed)
    return Outcome(version, contents.digest, len(parts), size, result, done, failed, withheld)


def make_publisher(folder: Path, rotate: "Role | None" = None, *, renew: bool = False, root_keys: int = 1) -> Path:
    """Creates new keys and their root, or the next root of existing keys. Returns the root's file."""
    from careen.signing.repository import make_keys, renew_root

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder for keys", "name a folder that is new or empty")
    now = datetime.now(UTC)
    return renew_root(folder, now, rotate) if renew or rotate else make_keys(folder, now, root_keys=root_keys)


def _last(places: "dict[str, Repository]", settings: Settings, accept: Collection[str]) -> int:
    """Takes the last publication into the database. Returns its version; 0 if no registry has one yet."""
    from careen.app.publications import newest, take_all
    from careen.signing.updates import UntrustedError

    absent = 0
    versions: list[int] = []
    failures: list[Error] = []
    for address, repository in places.items():
        try:
            if repository.manifest_if_there(str(repository.reference.tag)) is None:
                absent += 1
                continue
            found = newest((address,), settings, ended=True)
        except Error as error:
            failures.append(error)
            continue
        versions.append(found.publication.version)
        if len(versions) == 1:
            take_all(found, settings, accept=accept)
    if not versions and absent < len(places):
        first = failures[0]
        hint = _OTHERS if isinstance(first, UntrustedError) else first.hint
        raise type(first)(f"the last publication cannot be used: {first}", hint)
    return max(versions, default=0)


_OTHERS = "check address and keys; if it was signed by keys that are lost, see --anew in docs/publishing.md"


def _withheld(settings: Settings) -> dict[str, str]:
    from careen.database.file_state import rows_of

    known = {row.source for row in rows_of(database_path(settings.cache_dir)).values()}
    return {source.name: source.licence for source in advisory_sources() if source.name in known and not source.redistributable}


def _signed(
    folder: Path, keys: Path, version: int, settings: Settings, without: Collection[str]
) -> "tuple[Contents, Sequence[Group], dict[str, Callable[[], bytes]]]":
    """The manifest, its groups, and for each blob's digest a function that returns its bytes."""
    from careen.database.artifact import EMPTY
    from careen.database.file_state import rows_of
    from careen.database.layout import digest_of
    from careen.database.publication import publication_of, target_of, write_manifest
    from careen.database.split import split
    from careen.signing.repository import signed_metadata

    path = database_path(settings.cache_dir)
    parts = split(path, folder, advisory_sources(), without)
    order = {row: number for number, row in enumerate(rows_of(path))}
    targets = {group.name: target_of(group, order) for group, _ in parts}
    publication = publication_of(version, targets, str(path))  # in the form that its users will read
    now = datetime.now(UTC)
    metadata = signed_metadata(keys, targets, version, now)
    _check(metadata, folder / "trusted")
    contents = write_manifest(publication, metadata, now.isoformat(timespec="seconds"))
    blobs: dict[str, Callable[[], bytes]] = {group.packed.digest: file.read_bytes for group, file in parts}
    for data in (EMPTY, *metadata.values()):
        blobs[digest_of(data)] = data.__bytes__
    return contents, publication.groups, blobs


def _check(metadata: Mapping[str, bytes], folder: Path) -> None:
    """Checks that a client that only knows the first root accepts the metadata."""
    from careen.signing.updates import verified_targets

    def read(name: str) -> Generator[bytes] | None:
        return (data for data in (metadata[name],)) if name in metadata else None

    verified_targets(metadata["1.root.json"], folder, read, "the new publication")


def _pushed(
    places: "dict[str, Repository]", contents: "Contents", blobs: "dict[str, Callable[[], bytes]]", progress: Progress
) -> dict[str, str]:
    """Pushes all blobs to all registries, then the manifest under its tag. Returns why that failed, by address."""
    from careen.database.layout import MANIFEST_TYPE

    failed: dict[str, str] = {}
    for address, repository in places.items():
        try:
            for number, (digest, data) in enumerate(blobs.items()):
                progress(address, number, len(blobs))
                repository.push_blob(digest, data())
        except Error as error:
            failed[address] = str(error)
    for address, repository in places.items():
        if address not in failed:
            try:
                repository.push_manifest(str(repository.reference.tag), contents.manifest, MANIFEST_TYPE)
            except Error as error:
                failed[address] = str(error)
    return failed
