"""The packages of one cataloger after each layer: which layer introduced them, and which databases were lost."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Fact
from careen.model.inventory import Program, Unknown
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Owned

Key = tuple[str, str, str, str | None, str]  # type, name, version, architecture, place
Shadow = tuple[str, int | None]  # the database, and the layer that deleted or emptied it; None: it is there


class History(Struct):
    cataloger: Cataloger
    introduced: dict[Key, int] = {}
    last: dict[Key, Package] = {}
    facts: list[Fact] = []
    trouble: tuple[Unknown, ...] = ()
    before: dict[str, tuple[int, dict[Key, Package], list[Fact]]] = {}  # database -> its content when it was lost
    roots: dict[str, str] = {}  # root file system of each path that is not in the image's own

    def after_layer(self, index: int, visible: list[Fact]) -> None:
        trouble: list[Unknown] = []
        now: dict[Key, Package] = {}
        for item in _joined(self.cataloger, visible):
            if isinstance(item, Unknown):
                trouble.append(item)
            else:
                now.setdefault(key_of(item), item)
        if self.cataloger.ecosystem.distribution:
            self._note_lost_databases(index, now)
        self.introduced = {key: self.introduced.get(key, index) for key in now}
        self.last, self.facts, self.trouble = now, visible, tuple(trouble)
        self.roots |= {fact.path: fact.root for fact in visible if fact.root}

    def result(self) -> tuple[list[Package], dict[Key, Shadow]]:
        """The packages with their introducing layer; and those that only a database lists which was lost, or in whose
        place another one counts.
        """
        packages = [_at(package, self.introduced[key]) for key, package in self.last.items()]
        behind = {key: package for key, package in self.last.items() if package.presence == "shadowed"}
        shadowed: dict[Key, Shadow] = {key: (place_of(package), None) for key, package in behind.items()}
        for database, (index, listed, _) in sorted(self.before.items()):
            packages += listed.values()
            shadowed |= dict.fromkeys(listed, (database, index))
        return packages, shadowed

    def root_of(self, package: Package) -> str:
        """The root file system in which the package is installed: P for a database ``P/var/lib/dpkg/status``."""
        return self.roots.get(place_of(package), "")

    def owned(self) -> Iterator[Owned]:
        for facts in self._facts():
            if self.cataloger.owns and facts:
                yield from self.cataloger.owns(facts)

    def owned_by_root(self) -> Iterator[tuple[str, Owned]]:
        """Yields what each package owns, with the root file system that the package database and its paths belong to."""
        for facts in self._facts():
            by_root: dict[str, list[Fact]] = {}
            for fact in facts:
                by_root.setdefault(fact.root, []).append(fact)
            for root, found in sorted(by_root.items()):
                if self.cataloger.owns:
                    yield from ((root, item) for item in self.cataloger.owns(found))

    def identified(self) -> Iterator[str]:
        if self.cataloger.identifies and self.facts:
            yield from self.cataloger.identifies(self.facts)

    def programs(self) -> Iterator[Program]:
        if self.cataloger.programs and self.facts:
            yield from self.cataloger.programs(self.facts)

    def _facts(self) -> Iterator[list[Fact]]:
        yield self.facts
        yield from (facts for _, _, facts in self.before.values())

    def _note_lost_databases(self, index: int, now: dict[Key, Package]) -> None:
        databases = {_database(key[4]) for key in now}
        for database in databases & self.before.keys():
            del self.before[database]
        for database in {_database(key[4]) for key in self.last} - databases:
            listed = {key: package for key, package in self.last.items() if _database(key[4]) == database}
            facts = [fact for fact in self.facts if _database(fact.path) == database]
            placed = {key: _at(package, self.introduced[key]) for key, package in listed.items()}
            self.before = {**self.before, database: (index, placed, facts)}


def histories_of(catalogers: Iterable[Cataloger]) -> dict[str, History]:
    """The histories by cataloger, the distribution's first, because its packages own files that other catalogers read."""
    chosen = (cataloger for cataloger in catalogers if cataloger.role == "packages")
    ordered = sorted(chosen, key=lambda cataloger: not cataloger.ecosystem.distribution)
    return {cataloger.name: History(cataloger) for cataloger in ordered}


def key_of(package: Package) -> Key:
    return (package.type, package.name, package.version, package.arch, place_of(package))


def place_of(package: Package) -> str:
    """The path of the file that lists the package."""
    return package.evidence[0].path if package.evidence else ""


def _joined(cataloger: Cataloger, facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    if cataloger.join is None:
        for fact in facts:
            yield replace(fact.value, evidence=(Evidence(fact.path, fact.layer),))
        return
    try:
        yield from cataloger.join(facts)
    except ValueError as error:
        first = facts[0] if facts else Fact("", 0, None)
        yield Unknown(cataloger.name, Evidence(first.path, first.layer), str(error))


def _database(path: str) -> str:
    """The folder that identifies a package database: the same for "var/lib/dpkg/status" and "var/lib/dpkg/info/x.list"."""
    folder = path.rpartition("/")[0]
    return folder.removesuffix("/status.d").removesuffix("/info").removesuffix("/updates")


def _at(package: Package, layer: int) -> Package:
    return replace(package, evidence=tuple(Evidence(evidence.path, layer) for evidence in package.evidence))
