"""rpm: the database of installed packages, in any of its formats.

Facts are the packages of one file. The write-ahead log of an SQLite database is a file of its own with facts of its own,
which the join merges with the database's. If a root has several databases, the newest format that contains packages
counts: after a conversion rpm leaves the old files behind. Packages that only an older one lists are ``shadowed``: they
are kept if their files are there, since rpm itself may use the older one.
Raises: ValueError if a file is not such a database.  **Source:** rpm manual, "Database"; for each format see its module.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import BinaryIO, Literal

from msgspec import Struct

from careen.catalogers.rpm import bdb, ndb, sqlite
from careen.formats.packages.rpm_header import RpmHeader, read_header, source_of
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package, Presence
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants

from .sqlite import TablePages

FOLDERS = ("usr/lib/sysimage/rpm", "var/lib/rpm", "usr/share/rpm")  # rpm's folders, the newest convention first
MANIFEST = "var/lib/rpmmanifest/container-manifest-2"  # of images without the database
KINDS = ("sqlite", "ndb", "bdb", "manifest")
PUBLIC_KEY = "gpg-pubkey"  # rpm stores imported keys as packages; they contain no software


class Listing(Struct, frozen=True, tag="listing"):
    """All packages of a database that is a single file."""

    kind: Literal["ndb", "bdb", "manifest"]
    packages: tuple[RpmHeader, ...]
    faults: tuple[str, ...] = ()


class Database(Struct, frozen=True):
    """One database of one root, with the files that it was read from."""

    root: str  # "" or a folder with a slash at its end
    evidence: tuple[Evidence, ...]
    packages: Sequence[RpmHeader]
    faults: Sequence[str]
    presence: Presence = "present"


def read_sqlite(file: File) -> list[TablePages]:
    if not file.size_bytes:
        return []  # everything written so far is in the log
    with file.open() as stream:
        return [sqlite.read_database(stream)]


def read_sqlite_log(file: File) -> list[TablePages]:
    with file.open() as stream:
        pages = sqlite.read_log(stream)
    return [pages] if pages else []


def read_ndb(file: File) -> list[Listing]:
    with file.open() as stream:
        return [_listing("ndb", stream, ndb.blobs)]


def read_bdb(file: File) -> list[Listing]:
    with file.open() as stream:
        return [_listing("bdb", stream, bdb.blobs)]


def read_manifest(file: File) -> list[Listing]:
    """The packages of a manifest, whose lines have ten tab-separated fields: name, version-release, two times,
    vendor, …, size, arch, epoch, source."""
    packages, faults = [], []
    for number, line in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
        fields = [None if field == "(none)" else field for field in line.split("\t")]
        if len(fields) < 10 or not fields[0] or not fields[1]:
            faults.append(f"line {number} is not a package")
            continue
        version, _, release = fields[1].rpartition("-")
        epoch = int(fields[8]) if fields[8] and fields[8].isdecimal() and len(fields[8]) < 11 else None
        packages.append(RpmHeader(fields[0], version, release, epoch, arch=fields[7], source_rpm=fields[9], vendor=fields[4]))
    if faults and not packages:
        raise ValueError("not a manifest of rpm packages")
    return [Listing("manifest", tuple(packages), tuple(faults))]


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for database in _databases(facts):
        if database.faults:
            more = f" (and {len(database.faults) - 1} more)" if len(database.faults) > 1 else ""
            yield Unknown("rpm", database.evidence[0], database.faults[0] + more)
        for header in database.packages:
            if header.name != PUBLIC_KEY:
                yield _package(header, database)


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for database in _databases(facts):
        for header in database.packages:
            if header.files:
                digests = partial(_by_path, database.root, header)
                yield Owned(header.name, header.evr, header.arch, tuple(_paths(database.root, header)), digests)


def _by_path(root: str, header: RpmHeader) -> dict[str, str]:
    return {f"{root}{path}": f"{header.algorithm}:{digest}" for path, digest in header.digests.items()}


def _listing(kind: Literal["ndb", "bdb"], stream: BinaryIO, blobs: Callable[[BinaryIO, list[str]], Iterator[bytes]]) -> Listing:
    packages, faults = [], list[str]()
    for blob in blobs(stream, faults):
        try:
            packages.append(read_header(blob))
        except ValueError as error:
            faults.append(str(error))
    return Listing(kind, tuple(packages), tuple(faults))


def _databases(facts: Iterable[Fact]) -> Iterator[Database]:
    """The database that counts in each root; before it newer databases without packages, whose errors are reported; and
    after it older ones with the packages that it lacks."""
    roots: defaultdict[str, list[tuple[tuple[int, int], Database]]] = defaultdict(list)
    logs = {fact.path: fact for fact in facts if fact.path.endswith("-wal")}
    plain = {fact.path: fact for fact in facts if fact.path not in logs}
    orphans = [path.removesuffix("-wal") for path in logs if path.removesuffix("-wal") not in plain]
    for path in [*plain, *orphans]:
        fact, log = plain.get(path), logs.get(path + "-wal")
        folder, root = _place(path)
        evidence = tuple(Evidence(found.path, found.layer) for found in (fact, log) if found)
        if fact and isinstance(fact.value, Listing):
            rank = KINDS.index(fact.value.kind)
            database = Database(root, evidence, fact.value.packages, fact.value.faults)
        else:
            rank = KINDS.index("sqlite")
            database = Database(root, evidence, *sqlite.installed(fact.value if fact else None, log.value if log else None))
        roots[root].append(((rank, folder), database))
    for root in sorted(roots):
        known: set[tuple[str, str | None]] = set()
        for _, database in sorted(roots[root], key=lambda ranked: ranked[0]):
            if not known:
                yield database
            elif lacking := [header for header in database.packages if (header.name, header.arch) not in known]:
                yield Database(root, database.evidence, lacking, (), "shadowed")
            known.update((header.name, header.arch) for header in database.packages)


def _place(path: str) -> tuple[int, str]:
    """The rank of the database's folder among rpm's folders, and the root above it."""
    folder = path.rpartition("/")[0]
    for rank, known in enumerate(FOLDERS):
        if folder == known or folder.endswith("/" + known):
            return rank, folder.removesuffix(known)
    return len(FOLDERS), path.removesuffix(MANIFEST)


def _package(header: RpmHeader, database: Database) -> Package:
    return Package(
        type="rpm",
        namespace=None,
        name=header.name,
        version=header.evr,
        source=source_of(header),
        arch=header.arch,
        module=header.module,
        licenses=(header.license,) if header.license else (),
        maintainer=header.vendor or header.packager,
        cataloger="rpm",
        evidence=database.evidence,
        presence=database.presence,
    )


def _paths(root: str, header: RpmHeader) -> Iterator[str]:
    for folder, names in header.files.items():
        above = f"{root}{folder}/" if folder else root
        for name in names:
            yield above + name


def _in_folders(name: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for folder in FOLDERS)


CATALOGER = Cataloger(
    name="rpm",
    ecosystem=Ecosystem(purl_type="rpm", scheme="rpm", distribution=True),
    readers=(
        Reader(Wants(paths=_in_folders("rpmdb.sqlite")), read_sqlite),
        Reader(Wants(paths=_in_folders("rpmdb.sqlite-wal")), read_sqlite_log),
        Reader(Wants(paths=_in_folders("Packages.db")), read_ndb),
        Reader(Wants(paths=_in_folders("Packages")), read_bdb),
        Reader(Wants(paths=(MANIFEST,)), read_manifest),
    ),
    fact=TablePages | Listing,
    join=join,
    owns=owns,
    limits="A hot rollback journal of an SQLite database is not replayed; signatures of headers are not verified.",
)
