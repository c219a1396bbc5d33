"""Packages of the distribution that own language packages: their checksums and changelogs, and what these show.

The distribution fixes a vulnerability without a new upstream version, and states it in its changelog. That is read only for
the owners of packages that have vulnerabilities, by one more pass over the layers with these files. A file counts if it has
the checksum in dpkg's list of its package, so that a changelog that someone else wrote is ignored.
**Source:** Debian Policy 4.4 and 12.7 (changelogs), 12.5 (links between documentation folders of one source).
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from careen.formats.archives.inflate import open_stream
from careen.model.inventory import Changelog, OwnerFiles, OwnerRead
from careen.model.package import Evidence, Package
from careen.plugins import File, Reader, Wants
from careen.safety.budget import Limits

from .changelog_claims import claims_of
from .dispatch import Wanted
from .history import place_of
from .owners import Owners
from .squash import Squashed
from .walk import Again

OWN_DATABASES = ("var/lib/dpkg/", "usr/lib/dpkg/")
MAX_CHANGELOG_BYTES = 16 << 20
MAX_CHECKSUMS_BYTES = 16 << 20
_CHECKSUMS, _CHANGELOG, _CONTENT = "owner_checksums", "owner_changelog", "owner_content"


class _Hashed(Struct, frozen=True):
    md5: str
    changelog: Changelog | None = None


def owner_files(tree: Squashed, owners: Owners, packages: Iterable[Package]) -> Iterator[OwnerFiles]:
    """Yields the files of each deb of the image's own file system that owns the files of a language package."""
    paths: dict[str, dict[str, None]] = {}
    debs: dict[str, Package] = {}
    for package in packages:
        if package.owned_by and package.owned_by.startswith("pkg:deb/"):
            for evidence in package.evidence:
                path = evidence.path.partition("!/")[0]
                owner = owners.in_distribution(path)
                if owner and owner.purl == package.owned_by and place_of(owner).startswith(OWN_DATABASES):
                    debs[package.owned_by] = owner
                    paths.setdefault(package.owned_by, {})[path] = None
    for purl, owner in sorted(debs.items()):
        places = tuple(place for path in paths[purl] if (place := _file(tree, path)))
        changelog, keeper = _changelog(tree, owners, owner)
        keepers = (owner, keeper) if keeper else (owner,)
        checksums = tuple(dict.fromkeys(place for holder in keepers if (place := _checksums(tree, holder))))
        yield OwnerFiles(purl, places, checksums, changelog)


def read_owners(
    wanted: Iterable[OwnerFiles], again: Again, known_md5: Callable[[Evidence], str | None] = lambda _: None
) -> tuple[OwnerRead, ...]:
    """Reads the files of owners. ``again`` rereads a layer. Files whose MD5 is known are not read; files that could not
    be read are left out.
    """
    wanted = tuple(wanted)
    checksums, hashed = _read(wanted, again, known_md5)
    return tuple(_shown(files, checksums, hashed) for files in wanted)


def _shown(files: OwnerFiles, checksums: Mapping[Evidence, Mapping[str, str]], hashed: Mapping[Evidence, _Hashed]) -> OwnerRead:
    listed = {path: md5 for place in files.checksums for path, md5 in checksums.get(place, {}).items()}

    def is_genuine(place: Evidence) -> bool:
        return place in hashed and listed.get(place.path) == hashed[place].md5

    genuine = tuple(place.path for place in files.paths if is_genuine(place))
    changelog = hashed[files.changelog].changelog if files.changelog and is_genuine(files.changelog) else None
    return OwnerRead(files.owner, genuine, changelog)


def _read(
    wanted: Collection[OwnerFiles], again: Again, known_md5: Callable[[Evidence], str | None]
) -> tuple[dict[Evidence, Mapping[str, str]], dict[Evidence, _Hashed]]:
    """The lists of checksums, and the checksum of each other file, from one pass for each layer."""
    asked = {place.path for files in wanted for place in (*files.paths, *filter(None, (files.changelog,)))}
    by_layer: dict[int, dict[str, Wanted]] = {}
    checksums: dict[Evidence, Mapping[str, str]] = {}
    hashed: dict[Evidence, _Hashed] = {}
    for files in wanted:
        for place in files.paths:
            if md5 := known_md5(place):
                hashed[place] = _Hashed(md5)
            else:
                by_layer.setdefault(place.layer, {})[place.path] = Wanted(_CONTENT, _HASHING)
        for place in files.checksums:
            reader = Reader(Wants(), lambda file: [_listed(file, asked)])
            by_layer.setdefault(place.layer, {})[place.path] = Wanted(_CHECKSUMS, reader)
        if files.changelog:
            by_layer.setdefault(files.changelog.layer, {})[files.changelog.path] = Wanted(_CHANGELOG, _READING)
    for layer, readers in sorted(by_layer.items()):
        walked = again(layer, readers)
        checksums |= {Evidence(path, layer): found for path, found in walked.facts.get(_CHECKSUMS, ())}
        for name in (_CONTENT, _CHANGELOG):
            hashed |= {Evidence(path, layer): found for path, found in walked.facts.get(name, ())}
    return checksums, hashed


# --- where the files are ----------------------------------------------------------------------------------------------


def _file(tree: Squashed, path: str) -> Evidence | None:
    """A file of the visible tree, with symbolic links in its folders followed. None for hard links, whose content is
    elsewhere.
    """
    place = tree.resolve(path)
    entry = tree.entry(place)
    if entry is None or tree.deltas[entry[0]].table.kinds[entry[1]] != "f":
        return None
    return Evidence(place, entry[0])


def _checksums(tree: Squashed, package: Package) -> Evidence | None:
    record = place_of(package)
    folder = record.rpartition("/")[0]
    if folder.endswith("/status.d"):
        return _file(tree, f"{record}.md5sums")
    names = (f"{package.name}:{package.arch}", package.name) if package.arch else (package.name,)
    places = (_file(tree, f"{folder}/info/{name}.md5sums") for name in names)
    return next(filter(None, places), None)


def _changelog(tree: Squashed, owners: Owners, owner: Package) -> tuple[Evidence | None, Package | None]:
    """The changelog of an owner. The second value is the package that contains it, if that is another one of the same
    source.
    """
    is_native = owner.source is not None and "-" not in owner.source.version
    for name in ("changelog.Debian.gz", *(("changelog.gz",) if is_native else ())):
        place = _file(tree, f"usr/share/doc/{owner.name}/{name}")
        keeper = owners.in_distribution(place.path) if place else None
        if place and keeper and (keeper.source, keeper.maintainer) == (owner.source, owner.maintainer):
            return place, keeper if keeper != owner else None
        if place:
            return place, None
    return None, None


# --- what they show ---------------------------------------------------------------------------------------------------


def _listed(file: File, asked: Collection[str]) -> dict[str, str]:
    """The checksums of the requested files, from a list."""
    with file.open() as stream:
        lines = stream.read(MAX_CHECKSUMS_BYTES).decode(errors="backslashreplace").splitlines()
    parts = (line.split(None, 1) for line in lines)
    return {pair[1].lstrip("/"): pair[0].lower() for pair in parts if len(pair) == 2 and pair[1].lstrip("/") in asked}


def _changelog_in(file: File) -> Iterator[_Hashed]:
    data = file.data
    with file.open() as stream:
        text = open_stream(stream, Limits(inflated_bytes=MAX_CHANGELOG_BYTES)).read(MAX_CHANGELOG_BYTES)
    versions, entries, cut_off = claims_of(text.decode(errors="replace"))
    yield _Hashed(hashlib.md5(data, usedforsecurity=False).hexdigest(), Changelog(file.path, versions, entries, cut_off))


class _Hashing:
    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)

    def feed(self, chunk: bytes) -> None:
        self._md5.update(chunk)

    def facts(self) -> Iterator[_Hashed]:
        yield _Hashed(self._md5.hexdigest())


_HASHING = Reader(Wants(amount="stream"), lambda file: _Hashing())
_READING = Reader(Wants(), _changelog_in)
