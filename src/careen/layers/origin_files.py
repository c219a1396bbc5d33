"""The files of the visible tree whose origin only their content shows.

These are programs and libraries that no package owns, that were modified, or that are part of a language package;
source code that no package owns; and, within a language package, the folders in which packages keep copies of others.
Files that a package of the distribution owns and verifies are explained, as are files that a cataloger identifies.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache

from careen.model.origin import OriginFile, OriginFiles
from careen.model.package import Package

from .facts import Facts
from .origin_places import PROGRAM_BYTES, SOURCE_BYTES, is_copy, is_costly, is_of_system, is_source
from .owners import Owners
from .squash import Squashed
from .unidentified import Claimed

MAX_FILES = 20_000


def origin_files(
    tree: Squashed, facts: Facts, owners: Owners, claimed: Claimed, nobodys: Collection[str], packages: Iterable[Package]
) -> OriginFiles:
    """The files whose origin is searched. ``nobodys``: programs that nothing identifies."""
    sizes = cache(lambda layer: tree.deltas[layer].table.numbers(tree.deltas[layer].table.sizes, "Q"))
    places = _Places(owners, packages)
    programs, sources = [], []
    for fact in facts.of_role("native_code"):
        layer, row = tree.entry(fact.path) or (-1, 0)
        owner, is_distributed = places.owner(fact.path)
        is_open = fact.path in nobodys or (owner and not is_distributed)
        if is_open and fact.path not in places.named and layer == fact.layer and sizes(layer)[row] in PROGRAM_BYTES:
            programs.append(OriginFile(fact.path, layer, owner, bool(owner) and is_costly(fact.path, sizes(layer)[row])))
    for path, layer, row in _sources(tree):
        size = sizes(layer)[row]
        of_package, of_nobody = is_copy(path, size), size in SOURCE_BYTES and not is_of_system(path)
        if of_package or (of_nobody and not places.around(path)):  # the origin of most files of packages is known
            owner, is_distributed = places.owner(path)
            if not is_distributed and (of_package if owner or path in claimed else of_nobody):
                sources.append(OriginFile(path, layer, owner))
    found = [*sorted(programs, key=_path), *sorted(sources, key=_path)]
    return OriginFiles(tuple(found[:MAX_FILES]), max(len(found) - MAX_FILES, 0))


class _Places:
    """The owners of files: by the lists of packages, and by the folders of language packages. ``named``: programs that
    list all modules linked into them.
    """

    def __init__(self, owners: Owners, packages: Iterable[Package]) -> None:
        self._owners = owners
        self._folders: dict[str, str] = {}
        named = set[str]()
        for package in packages:
            for place in package.evidence:
                folder, _, name = place.path.rpartition("/")
                if package.type in PROGRAM_TYPES:
                    named.add(place.path)
                elif name in MANIFESTS and package.presence == "present":
                    self._folders[folder] = package.purl
        self.named = frozenset(named)
        self._known: dict[str, str] = {}  # of each folder with files

    def owner(self, path: str) -> tuple[str, bool]:
        """The purl of the package that owns the file ("" if there is none), and whether it is the distribution's."""
        owner = self._owners.of(path)
        if owner:
            return self._owners.purl(owner[1]), owner[0].ecosystem.distribution
        return self.around(path), False

    def around(self, path: str) -> str:
        """The purl of the language package whose folder contains the file; "" if there is none."""
        folder = path.rpartition("/")[0]
        purl = self._known.get(folder)
        if purl is None:
            purl = self._known[folder] = self._around(folder)
        return purl

    def _around(self, folder: str) -> str:
        while folder:
            if folder in self._folders:
                return self._folders[folder]
            folder = folder.rpartition("/")[0]
        return ""


PROGRAM_TYPES = ("golang", "cargo", "nuget")
MANIFESTS = ("package.json",)


def _sources(tree: Squashed) -> Iterator[tuple[str, int, int]]:
    kinds = [delta.table.kinds for delta in tree.deltas]
    for folder, names in tree.folders.items():
        prefix = f"{folder}/" if folder else ""
        for name, (layer, row) in names.items():
            if is_source(name) and kinds[layer][row] == "f":
                yield prefix + name, layer, row


def _path(file: OriginFile) -> str:
    return file.path
