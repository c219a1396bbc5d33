"""The package to which each file belongs, and which packages still have their files."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.package import GUESSED, Package, Presence
from careen.plugins import Cataloger

from .history import History, Key, Shadow, key_of, place_of
from .names import names_by_path
from .squash import Squashed

SHADOWED_CONFIDENCE = 0.6
MERGED = ("bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/")  # links into usr/ if /usr is merged
# Slim images exclude these folders from every package: their absence means nothing for the package.
LEFT_OUT = ("usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/info/", "usr/share/lintian/",
            "usr/share/linda/", "usr/share/groff/", "usr/share/licenses/")  # fmt: skip
# Folders that a container engine mounts or creates: images lack them, or leave them empty.
MOUNTED = ("dev", "proc", "sys", "run", "tmp")
# Documentation, and sources to build packages from: dependencies in manifests there are not installed.
NOT_DEPENDENCIES = ("usr/share/doc/", "usr/share/cargo/registry/", "usr/share/gocode/src/")


class _Recorded(Struct):
    """What a package database records about a package's files. ``places``: pairs of a path and its place. ``digests``
    returns them by path, and ``by_place`` has those that count, once they are asked for: few scans need them.
    """

    places: Sequence[tuple[str, str]]
    digests: Callable[[], Mapping[str, str]]
    by_place: dict[str, str] | None = None


class Owners:
    """The packages by the places of their files, with symbolic links in folders followed. If several own a file, the
    first counts. Who owns one name of a file owns its other names, too.
    """

    def __init__(self, tree: Squashed) -> None:
        self._tree = tree
        self.by_place: dict[str, tuple[Cataloger, Package]] = {}
        self._purls: dict[int, str] = {}
        self._recorded: dict[int, _Recorded] = {}  # by the identity of the package
        self._disputed: set[str] = set()  # places whose recorded digest is not used
        self._names: dict[str, tuple[str, ...]] | None = None
        self._known: dict[int, tuple[int, str | None]] = {}  # by the identity of the names: places by then, the owned name

    def of(self, path: str) -> tuple[Cataloger, Package] | None:
        place = self.owned_place(path)
        return None if place is None else self.by_place[place]

    def owned_place(self, path: str) -> str | None:
        """The place under which a package owns the file at this path; None if none does."""
        if path in self.by_place:
            return path
        place = self._tree.resolve(path)
        return place if place in self.by_place else self._other_name(place)

    def _other_name(self, place: str) -> str | None:
        if self._names is None:
            self._names = names_by_path(self._tree)
        names = self._names.get(place)
        if names is None:
            return None
        places, owned = self._known.get(id(names), (-1, None))
        if owned is None and places != len(self.by_place):
            owned = next((name for name in names if name in self.by_place), None)
            self._known[id(names)] = len(self.by_place), owned
        return owned

    def purl(self, owner: Package) -> str:
        """The purl of a package that ``of`` returned. It is cached for all files of the package."""
        found = self._purls.get(id(owner))
        if found is None:
            found = self._purls[id(owner)] = owner.purl
        return found

    def digest(self, place: str) -> str | None:
        """The digest that the package database records for the file at a place, as ``ALGORITHM:HEX``."""
        owner = self.by_place.get(place)
        return self._digests_of(owner[1]).get(place) if owner else None

    def digests(self) -> dict[str, str]:
        """All recorded digests by place."""
        packages = {id(package): package for _, package in self.by_place.values()}
        return {place: digest for package in packages.values() for place, digest in self._digests_of(package).items()}

    def _digests_of(self, package: Package) -> dict[str, str]:
        recorded = self._recorded.get(id(package))
        if recorded is None:
            return {}
        if recorded.by_place is None:
            digests = recorded.digests()
            recorded.by_place = {
                place: digests[path]
                for path, place in recorded.places
                if path in digests and place not in self._disputed and self.by_place[place][1] is package
            }
        return recorded.by_place

    def in_distribution(self, path: str) -> Package | None:
        """The distribution's package to which a file belongs; a nested archive belongs to the owner of the outer one."""
        owner = self.of(path.partition("!/")[0])
        return owner[1] if owner and owner[0].ecosystem.distribution else None

    def add_distribution(self, packages: Iterable[Package], history: History, shadowed: dict[Key, Shadow]) -> list[Package]:
        """Adds the packages of a distribution's database, and returns them with the presence of their files.
        ``shadowed``: those that only a database lists which does not count.
        """
        rooted = [(history.root_of(package), package) for package in packages]
        paths_of: dict[tuple[str, str, str, str | None], list[tuple[str, str]]] = {}
        digests_of: dict[tuple[str, str, str, str | None], Callable[[], Mapping[str, str]]] = {}
        for root, owned in history.owned_by_root():
            key = (root, owned.name, owned.version, owned.arch)
            paths_of[key], digests_of[key] = _places(owned.paths, root, self._tree), owned.digests
        current = {(root, package.name, package.arch) for root, package in rooted if key_of(package) not in shadowed}
        kept = []
        for root, package in rooted:
            key = (root, package.name, package.version, package.arch)
            paths = paths_of.get(key, [])
            presence = _presence(paths, self._tree)
            if key_of(package) in shadowed:
                if presence == "absent" or (root, package.name, package.arch) in current:
                    continue  # it was removed with its record, or the database that lists it moved
                package = replace(package, presence="shadowed", confidence=SHADOWED_CONFIDENCE)
            elif presence != "present":
                package = replace(package, presence=presence)
            kept.append(package)
            owner = (history.cataloger, package)
            for _, place in paths:
                self.by_place.setdefault(place, owner)
            if paths:
                self._recorded[id(package)] = _Recorded(paths, digests_of[key])
        return kept

    def add(self, packages: Sequence[Package], history: History) -> list[Package]:
        """Adds language packages. Returns them without those that are the distribution's own, and as ``absent`` if only
        the record is left. Of several copies, the one whose record is among the files is meant.
        """
        owned = map(self._with_owner, packages)
        found = [package for package in owned if not any(adds_nothing(package) for adds_nothing in _ADDING_NOTHING)]
        by_name: dict[tuple[str, str], list[int]] = {}
        for index, package in enumerate(found):
            by_name.setdefault((package.name, package.version), []).append(index)
        for item in history.owned():
            paths = frozenset(item.paths)
            number = _number(paths, by_name.get((item.name, item.version), []), found)
            if number is None:
                continue
            package = found[number]
            places = self._tree.places(paths)
            for _, place in places:
                if place in self.by_place:
                    self._dispute(place)
                else:
                    self.by_place[place] = (history.cataloger, package)
            self._recorded[id(package)] = _Recorded(places, item.digests)
            own = place_of(package).rpartition("/")[0] + "/"
            software = [place for path, place in places if not path.startswith((own, *LEFT_OUT))]
            if software and not any(self._is_there(place) for place in software):
                found[number] = replace(package, presence="absent")
        return found

    def _dispute(self, place: str) -> None:
        """Leaves out the digest of a file that two language packages list: an installer such as conda changes files that
        another one recorded.
        """
        if not self.by_place[place][0].ecosystem.distribution:
            self._disputed.add(place)

    def _with_owner(self, package: Package) -> Package:
        if package.owned_by or not package.evidence:
            return package
        owner = self.in_distribution(place_of(package))
        return replace(package, owned_by=self.purl(owner)) if owner else package

    def _is_there(self, place: str) -> bool:
        """Whether the file exists. A Python module also exists if only its compiled file is left."""
        compiled = place.endswith(".py") and self._tree.entry(f"{place}c") is not None
        return compiled or self._tree.entry(place) is not None or self._tree.is_folder(place)


def _is_own_package(package: Package) -> bool:
    """Whether a file describes the same package as the distribution's package that owns it, which the database lists
    too. Assessed under its own name, it would count twice.
    """
    return package.owned_by is not None and package.owned_by.startswith(f"pkg:{package.type}/")


def _is_example(package: Package) -> bool:
    """Whether a manifest in the documentation or sources of a distribution's package declares the package."""
    is_declared = package.presence == "declared" and package.owned_by is not None
    return is_declared and all(evidence.path.startswith(NOT_DEPENDENCIES) for evidence in package.evidence)


def _is_guess(package: Package) -> bool:
    """Whether the package is a program of the distribution with a guessed version: its owner has the certain one."""
    return package.type == "generic" and package.confidence < GUESSED and package.owned_by is not None


_ADDING_NOTHING = (_is_own_package, _is_example, _is_guess)


def _number(paths: frozenset[str], numbers: Sequence[int], packages: Sequence[Package]) -> int | None:
    """The index of the package, of several with the same name and version, to which the paths belong; None if unclear."""
    by_record = (number for number in numbers if place_of(packages[number]) in paths)
    return next(by_record, numbers[0] if len(numbers) == 1 else None)


def _places(paths: Iterable[str], root: str, tree: Squashed) -> list[tuple[str, str]]:
    """Each path of a root file system, with its place after following symbolic links. If a layer turns the link /lib
    into a folder, files stay in /usr/lib.
    """
    places = tree.places(paths, root)
    for index, (path, place) in enumerate(places):
        if path.startswith(MERGED) and tree.entry(place) is None:
            merged = tree.resolve(f"usr/{path}", root)
            if tree.entry(merged) is not None:
                places[index] = path, merged
    return places


def _presence(paths: Sequence[tuple[str, str]], tree: Squashed) -> Presence:
    """The presence of a package's files. ``paths`` are pairs of the path in the database and its place."""
    missing = set(tree.missing(place for _, place in paths))
    if not missing:
        return "present"
    software = [place for listed, place in paths if not listed.startswith(LEFT_OUT) and listed.partition("/")[0] not in MOUNTED]
    if all(place not in missing or place in tree.folders or tree.is_folder(place) for place in software):
        return "present"
    return "absent" if missing.issuperset(software) else "partial"
