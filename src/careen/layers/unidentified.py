"""Programs and shared libraries of the visible tree that nothing identifies.

A file is identified if a package owns it, if a cataloger identifies it by its path or the folder of a package, or if it
is a copy of a file that a package of the distribution owns in the same image. All names of one file (hard links) count
as one. If a later layer replaces a file of the distribution, the new file is the distribution's only if its content is
the same.

A folder identifies its files if it is a package's own. A folder that the whole system shares, or that contains files of
the distribution's packages, identifies none: otherwise, one planted text file could identify every program in it.
"""

import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from careen.model.package import Package
from careen.plugins import Reader, Wants

from .aliases import end_of
from .dispatch import Wanted, at_paths
from .facts import Facts
from .links import Reread
from .owners import Owners
from .squash import Squashed

_SHARED_NAMES = frozenset(
    ("app", "bin", "etc", "home", "lib", "lib32", "lib64", "libexec", "libx32", "local", "opt", "root", "sbin", "share",
     "srv", "usr", "var")
)  # fmt: skip
_HASH = "content_hash"


class _File(Struct, frozen=True, gc=False):
    """One file, under any of its names: the layer and the path that contain its content."""

    layer: int
    path: str


def unidentified(tree: Squashed, facts: Facts, owners: Owners, claimed: "Claimed", again: Reread | None) -> tuple[str, ...]:
    """The paths of programs and libraries that no package owns and no cataloger identifies. ``again`` rereads a layer, to find
    copies of the distribution's files."""
    tables = _Tables(tree, facts)
    left: dict[_File, list[str]] = {}
    distributed: list[_File] = []
    for file, names in _code(tree, facts).items():
        owner = next((found for name in names if (found := owners.of(name))), None)
        if owner and not owner[0].ecosystem.distribution:
            continue
        original = (tables.before(file, owner[1]) or file) if owner else None
        if original:
            distributed.append(original)
        if original != file and not any(name in claimed for name in names):
            left[file] = names
    copies = _copies(left, distributed, tables, again) if left and again else frozenset()
    return tuple(sorted(min(names) for file, names in left.items() if file not in copies))


class Claimed:
    """The paths that catalogers identify. A path with a slash at its end is a folder, whose files are all identified."""

    def __init__(self, claims: Iterable[str], owners: Owners) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._owners: Owners | None = owners
        self._known: dict[str, bool] = {}  # of each folder with files
        for claim in claims:
            if not claim.endswith("/"):
                self._files.add(claim)
            elif "/" in claim[:-1] and not _SHARED_NAMES.issuperset(claim[:-1].split("/")):
                self._folders.add(claim)

    def __contains__(self, path: str) -> bool:
        return path in self._files or self.has_all_of(path[: path.rfind("/") + 1])

    def has_all_of(self, folder: str) -> bool:
        """Whether catalogers identify all files in the folder, which ends with a slash; "" is the root."""
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._is_claimed(folder)
        return known

    def has_file(self, path: str) -> bool:
        """Whether catalogers identify this file by its own path."""
        return path in self._files

    def _is_claimed(self, folder: str) -> bool:
        parents = self._folders.intersection(_parents(folder))
        if parents and self._owners is not None:
            self._folders -= _holding_files_of_the_distribution(self._owners)
            self._owners = None
        return not parents.isdisjoint(self._folders)


class _Tables:
    """The file tables of the layers, by path."""

    def __init__(self, tree: Squashed, facts: Facts) -> None:
        self._deltas = tree.deltas
        self._rows: dict[int, dict[str, int]] = {}
        self._heads = [dict(facts.in_layer("native_code", layer)) for layer in range(len(tree.deltas))]
        self._sizes = [delta.table.numbers(delta.table.sizes, "Q") for delta in tree.deltas]

    def looks(self, file: _File) -> tuple[int, str]:
        """The file's size and the hash of its first bytes. Copies have the same."""
        return self._sizes[file.layer][self._of(file.layer)[file.path]], self._heads[file.layer].get(file.path, "")

    def before(self, file: _File, owner: Package) -> _File | None:
        """The package's original file, if a later layer has replaced it by this one; else None."""
        brought = owner.evidence[0].layer if owner.evidence else file.layer
        layers = (layer for layer in range(file.layer - 1, brought - 1, -1) if file.path in self._of(layer))
        return next((_File(layer, file.path) for layer in layers), None)

    def _of(self, layer: int) -> dict[str, int]:
        if layer not in self._rows:
            names = self._deltas[layer].table.names()
            self._rows[layer] = dict(zip(names, range(len(names)), strict=True))
        return self._rows[layer]


def _code(tree: Squashed, facts: Facts) -> dict[_File, list[str]]:
    """Every file with machine code, with its visible names. Hard links have no facts of their own."""
    found = {_File(fact.layer, fact.path): [fact.path] for fact in facts.of_role("native_code")}
    for layer, delta in enumerate(tree.deltas):
        code = {path for path, _ in facts.in_layer("native_code", layer)} if "h" in delta.table.kinds else set()
        if not code:
            continue
        links = {path: target for path, kind, target in delta.table.targets() if kind == "h"}
        for path in links:
            end = end_of(path, links)
            if end in code and end != path and (tree.entry(path) or (-1,))[0] == layer:
                found.setdefault(_File(layer, end), []).append(path)
    return found


def _holding_files_of_the_distribution(owners: Owners) -> set[str]:
    seen: set[str] = set()
    for place, (cataloger, _) in owners.by_place.items():
        if cataloger.ecosystem.distribution:
            for parent in _parents(place):
                if parent in seen:
                    break
                seen.add(parent)
    return seen


def _parents(path: str) -> Iterator[str]:
    """The folders that contain a path, the innermost first."""
    at = path.rfind("/")
    while at > 0:
        yield path[: at + 1]
        at = path.rfind("/", 0, at)


def _copies(left: Iterable[_File], distributed: Iterable[_File], tables: _Tables, again: Reread) -> frozenset[_File]:
    """The files with the same content as one of the distribution's. Only files that may be equal are read."""
    originals: dict[tuple[int, str], list[_File]] = {}
    for original in distributed:
        originals.setdefault(tables.looks(original), []).append(original)
    alike = {file: originals.get(tables.looks(file), []) for file in left}
    files = {candidate for file, found in alike.items() if found for candidate in (file, *found)}
    hashes = _hashes(files, again) if files else {}
    return frozenset(file for file, found in alike.items() if file in hashes and hashes[file] in map(hashes.get, found))


def _hashes(files: set[_File], again: Reread) -> dict[_File, str]:
    wanted = Wanted(_HASH, Reader(Wants(amount="stream"), lambda file: _Hashing()))
    found: dict[_File, str] = {}
    for layer in sorted({file.layer for file in files}):
        walked = again(layer, at_paths({file.path: wanted for file in files if file.layer == layer}))
        found |= {_File(layer, path): digest for path, digest in walked.facts.get(_HASH, ())}
    return found


class _Hashing:
    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def feed(self, chunk: bytes) -> None:
        self._sha256.update(chunk)

    def facts(self) -> Iterator[str]:
        yield self._sha256.hexdigest()
