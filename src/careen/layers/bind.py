"""The Inventory of an image: packages of the visible tree with distribution, owner, presence and introducing layer.

Attribution is a left fold over the layers: a package keeps its layer while its key (type, name, version, architecture,
place) stays present after each layer, else it is new. A package database that a layer deletes or empties while files of
its packages stay is not believed: the packages it last listed are ``shadowed``, and an Unknown names the layer.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat

from msgspec import Struct
from msgspec.structs import replace

from careen.catalogers import apt_sources, content_sets, decisions
from careen.catalogers import distribution as distributions
from careen.model.decision import Decision
from careen.model.delta import Delta, Fact
from careen.model.inventory import UNIDENTIFIED, ContentSets, Inventory, PackageArchive, Unknown
from careen.model.package import Distribution, Evidence, Package, Presence
from careen.plugins import Cataloger, Owned

from .behind import Behind, Reread, behind_links, read_behind
from .exposed import exposed
from .farlinks import with_far_links
from .filesystem import filesystem
from .index import placed
from .nodatabase import has_lost_its_packages
from .squash import Facts, Squashed, squash, visible_facts
from .unidentified import unidentified

Key = tuple[str, str, str, str | None, str]
SHADOWED_CONFIDENCE = 0.6
MERGED = ("bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/")  # links into usr/ where /usr is merged
# What slim images leave out of every package by configuration: says nothing about the package being there.
LEFT_OUT = ("usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/info/", "usr/share/lintian/",
            "usr/share/linda/", "usr/share/groff/", "usr/share/licenses/")  # fmt: skip


def bind(
    deltas: Sequence[Delta],
    catalogers: Sequence[Cataloger],
    reread: Reread | None = None,
    *,
    followed: bool = False,
    check: Callable[[], object] = bool,
) -> Inventory:
    """``reread`` goes over a layer once more, for what lies behind a link; without it package databases there are said.

    ``followed``: they were read. ``check`` is called now and then, and raises OverBudgetError when the time is up.
    """
    if reread and not followed:
        deltas = with_far_links(deltas, catalogers, reread)
    history = {cataloger.name: _History(cataloger) for cataloger in catalogers}

    def after_layer(index: int, facts: Facts, changed: frozenset[str]) -> None:
        for name in changed:
            if name in history:
                check()
                history[name].after_layer(index, facts)

    squashed = squash(deltas, after_layer)
    roots = distributions.distributions(squashed.visible_facts(distributions.NAME))
    unknowns = [placed(unknown, layer) for layer, delta in enumerate(deltas) for unknown in delta.unknowns]
    unknowns = [unknown for unknown in unknowns if _still_there(unknown, squashed)]
    behind = () if followed else behind_links(catalogers, squashed, {"", *roots})
    if behind and reread:
        return bind(read_behind(behind, deltas, catalogers, reread), catalogers, followed=True, check=check)
    unknowns += map(_said, behind)

    owners: dict[str, tuple[Cataloger, Package]] = {}
    packages: list[Package] = []
    is_listed = False  # a package of the distribution, in a database that is still there
    for cataloger in sorted(catalogers, key=lambda item: not item.ecosystem.distribution):
        check()
        found, shadowed = history[cataloger.name].result()
        unknowns += history[cataloger.name].trouble
        bound = [_bound(package, cataloger, roots) for package in found]
        if cataloger.ecosystem.distribution:
            bound = _with_presence(bound, cataloger, history[cataloger.name], squashed, owners, shadowed)
            unknowns += _lost_databases(cataloger, bound, shadowed)
            is_listed = is_listed or any(
                package.presence != "shadowed" and _is_of_image(package, cataloger) for package in bound
            )
        else:
            bound = [_with_owner(package, squashed, owners) for package in bound]
            bound = [package for package in bound if not _is_own_package(package)]
            bound = _own(cataloger, bound, history[cataloger.name].owned(), squashed, owners)
        packages += bound
    files, unowned = _count(squashed, owners)
    unknowns, nameless = _apart(unknowns, squashed, owners)
    claims = (claim for cataloger in catalogers for claim in history[cataloger.name].identified())
    nobodys = {*nameless, *unidentified(squashed, owners, claims, reread)}
    unsure = nobodys.union(unknown.evidence.path for unknown in unknowns if unknown.evidence.path)
    return Inventory(
        roots.get("") or next(iter(roots.values()), None),
        tuple(_merged(packages)),
        tuple(unknowns),
        files,
        unowned,
        exposed(squashed, owners),
        filesystem(squashed, owners),
        _decisions(squashed),
        _content_sets(squashed),
        archives=_archives(squashed),
        unidentified=tuple(sorted(nobodys)),
        owned=tuple(sorted(path for path in unsure if _owner_in_distribution(path, squashed, owners))),
        no_package_database=not is_listed and has_lost_its_packages(roots.get(""), squashed),
    )


def _apart(
    unknowns: list[Unknown], squashed: Squashed, owners: dict[str, tuple[Cataloger, Package]]
) -> tuple[list[Unknown], list[str]]:
    """What could not be read, and the places of archives that nothing identifies and that no package of the distribution
    owns."""
    nameless = [one for one in unknowns if one.code == UNIDENTIFIED]
    if not nameless:
        return unknowns, []
    paths = [one.evidence.path for one in nameless if not _owner_in_distribution(one.evidence.path, squashed, owners)]
    return [one for one in unknowns if one.code != UNIDENTIFIED], paths


def _decisions(squashed: Squashed) -> tuple[Decision, ...]:
    facts = squashed.visible_facts(decisions.NAME)
    return tuple(replace(fact.value, path=fact.path, layer=fact.layer) for fact in facts)


def _content_sets(squashed: Squashed) -> tuple[ContentSets, ...]:
    return tuple(replace(fact.value, layer=fact.layer) for fact in squashed.visible_facts(content_sets.NAME))


def _archives(squashed: Squashed) -> tuple[PackageArchive, ...]:
    return tuple(dict.fromkeys(fact.value for fact in squashed.visible_facts(apt_sources.NAME)))


class _History(Struct):
    """What one cataloger saw after each layer."""

    cataloger: Cataloger
    introduced: dict[Key, int] = {}
    last: dict[Key, Package] = {}
    facts: list[Fact] = []
    trouble: tuple[Unknown, ...] = ()
    before: dict[str, tuple[int, dict[Key, Package], list[Fact]]] = {}  # database -> what it listed when it went

    def after_layer(self, index: int, facts: Facts) -> None:
        visible = visible_facts(facts, self.cataloger.name)
        trouble: list[Unknown] = []
        now: dict[Key, Package] = {}
        for item in _joined(self.cataloger, visible):
            if isinstance(item, Unknown):
                trouble.append(item)
            else:
                now.setdefault(_key(item), item)
        if self.cataloger.ecosystem.distribution:
            self._note_lost_databases(index, now)
        self.introduced = {key: self.introduced.get(key, index) for key in now}
        self.last, self.facts, self.trouble = now, visible, tuple(trouble)

    def _note_lost_databases(self, index: int, now: dict[Key, Package]) -> None:
        databases = {_database(key[4]) for key in now}
        for database in databases & self.before.keys():
            del self.before[database]
        for database in {_database(key[4]) for key in self.last} - databases:
            listed = {key: package for key, package in self.last.items() if _database(key[4]) == database}
            facts = [fact for fact in self.facts if _database(fact.path) == database]
            placed = {key: _at(package, self.introduced[key]) for key, package in listed.items()}
            self.before = {**self.before, database: (index, placed, facts)}

    def result(self) -> tuple[list[Package], dict[Key, tuple[str, int]]]:
        """(packages with their introducing layer, (database, layer) of those that only a lost database names)."""
        packages = [_at(package, self.introduced[key]) for key, package in self.last.items()]
        shadowed: dict[Key, tuple[str, int]] = {}
        for database, (index, listed, _) in sorted(self.before.items()):
            packages += listed.values()
            shadowed |= dict.fromkeys(listed, (database, index))
        return packages, shadowed

    def owned(self) -> Iterator[Owned]:
        for facts in (self.facts, *(facts for _, _, facts in self.before.values())):
            if self.cataloger.owns and facts:
                yield from self.cataloger.owns(facts)

    def identified(self) -> Iterator[str]:
        if self.cataloger.identifies and self.facts:
            yield from self.cataloger.identifies(self.facts)

    def owned_by_root(self) -> Iterator[tuple[str, Owned]]:
        """With the folder of the root file system that the package database, and so each path in it, belongs to."""
        for facts in (self.facts, *(facts for _, _, facts in self.before.values())):
            by_root: dict[str, list[Fact]] = {}
            for fact in facts:
                by_root.setdefault(_root(fact.path, self.cataloger), []).append(fact)
            for root, found in sorted(by_root.items()):
                if self.cataloger.owns:
                    yield from ((root, item) for item in self.cataloger.owns(found))


def _joined(cataloger: Cataloger, facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    if cataloger.join is None:
        for fact in facts:
            yield replace(fact.value, evidence=(Evidence(fact.path, fact.layer),))
        return
    try:
        yield from cataloger.join(facts)
    except ValueError as error:
        where = facts[0] if facts else Fact("", 0, None)
        yield Unknown(cataloger.name, Evidence(where.path, where.layer), str(error))


def _key(package: Package) -> Key:
    place = package.evidence[0].path if package.evidence else ""
    return (package.type, package.name, package.version, package.arch, place)


def _database(path: str) -> str:
    """The folder that stands for a package database: of "var/lib/dpkg/status" and "var/lib/dpkg/info/x.list" alike."""
    folder = path.rpartition("/")[0]
    return folder.removesuffix("/status.d").removesuffix("/info")


def _root(path: str, cataloger: Cataloger) -> str:
    """P of a package database "P/var/lib/dpkg/status"; "" where it is the image's own."""
    rooted, folder = "/" + path, "/" + path.rpartition("/")[0]
    wants = [reader.wants for reader in cataloger.readers]
    files = [end for want in wants for end in want.paths if rooted.endswith("/" + end)]
    if files:
        return rooted.removesuffix("/" + max(files, key=len)).lstrip("/")
    folders = [end.partition("/*")[0] for want in wants for end in want.folders]
    folders = [end for end in folders if folder.endswith("/" + end)]
    if folders:
        return folder.removesuffix("/" + max(folders, key=len)).lstrip("/")
    at = max(rooted.rfind("/var/lib/"), rooted.rfind("/var/db/"))  # a folder for each package
    return rooted[:at].lstrip("/") if at > 0 else ""


def _is_of_image(package: Package, cataloger: Cataloger) -> bool:
    """Not of another root file system that lies in a folder of the image."""
    return not package.evidence or not _root(package.evidence[0].path, cataloger)


def _at(package: Package, layer: int) -> Package:
    return replace(package, evidence=tuple(Evidence(evidence.path, layer) for evidence in package.evidence))


def _bound(package: Package, cataloger: Cataloger, roots: dict[str, Distribution]) -> Package:
    """A package of a distribution's database under ``P/`` belongs to the os-release of ``P/``, else to the image's."""
    if not cataloger.ecosystem.distribution:
        return package
    path = package.evidence[0].path if package.evidence else ""
    root = path.rpartition("/")[0]
    while root and root not in roots:
        root = root.rpartition("/")[0]
    if root not in roots:
        return package
    found = roots[root]
    name = f"{found.id}-{found.version or found.codename}".rstrip("-")
    return replace(package, namespace=package.namespace or found.id, distro=name)


def _with_presence(
    packages: Iterable[Package],
    cataloger: Cataloger,
    history: _History,
    squashed: Squashed,
    owners: dict[str, tuple[Cataloger, Package]],
    shadowed: dict[Key, tuple[str, int]],
) -> list[Package]:
    """Distribution packages, each with what the file table says of its files."""
    rooted = [(_root(package.evidence[0].path, cataloger) if package.evidence else "", package) for package in packages]
    paths_of: dict[tuple[str, str, str, str | None], list[tuple[str, str]]] = {}
    for root, owned in history.owned_by_root():
        paths_of[root, owned.name, owned.version, owned.arch] = [*_places(owned.paths, root, squashed)]
    current = {(root, package.name, package.arch) for root, package in rooted if _key(package) not in shadowed}
    kept = []
    for root, package in rooted:
        paths = paths_of.get((root, package.name, package.version, package.arch), [])
        presence = _presence(paths, squashed)
        if _key(package) in shadowed:
            if presence == "absent" or (root, package.name, package.arch) in current:
                continue  # removed with its record, or the database moved and knows it still: not hidden
            package = replace(package, presence="shadowed", confidence=SHADOWED_CONFIDENCE)
        elif presence != "present":
            package = replace(package, presence=presence)
        kept.append(package)
        for _, place in paths:
            owners.setdefault(place, (cataloger, package))
    return kept


def _places(paths: Iterable[str], root: str, squashed: Squashed) -> Iterator[tuple[str, str]]:
    """Each path of a root, and where it is after symbolic links; a layer that made a folder of /lib left the files in
    /usr/lib."""
    for path in paths:
        folder, _, name = path.rpartition("/")
        place = squashed.resolved(folder, root) + name
        if path.startswith(MERGED) and squashed.entry(place) is None:
            merged = squashed.resolve(f"usr/{path}", root)
            if squashed.entry(merged) is not None:
                place = merged
        yield path, place


def _presence(paths: Iterable[tuple[str, str]], squashed: Squashed) -> Presence:
    """``paths``: as the database lists them, and where they are."""
    there = gone = 0
    for listed, place in paths:
        if listed.startswith(LEFT_OUT):
            continue
        if squashed.entry(place) is not None:
            there += 1
        elif place not in squashed.folders and not squashed.is_folder(place):
            gone += 1
    if gone and not there:
        return "absent"
    return "partial" if gone else "present"


def _lost_databases(
    cataloger: Cataloger, packages: Iterable[Package], shadowed: dict[Key, tuple[str, int]]
) -> Iterator[Unknown]:
    """Says which databases went whose packages are kept."""
    kept = Counter(shadowed[key] for package in packages if (key := _key(package)) in shadowed)
    for (database, index), count in sorted(kept.items()):
        them = "package it last named is" if count == 1 else f"{count} packages it last named are"
        reason = f"layer {index} deleted or emptied this package database: the {them} kept"
        yield Unknown(cataloger.name, Evidence(database, index), reason)


def _with_owner(package: Package, squashed: Squashed, owners: dict[str, tuple[Cataloger, Package]]) -> Package:
    if package.owned_by or not package.evidence:
        return package
    owner = _owner_in_distribution(package.evidence[0].path, squashed, owners)
    return replace(package, owned_by=owner.purl) if owner else package


def _owner_in_distribution(path: str, squashed: Squashed, owners: dict[str, tuple[Cataloger, Package]]) -> Package | None:
    path = path.partition("!/")[0]  # an archive in an archive belongs to who owns the outer one
    owner = owners.get(path) or owners.get(squashed.resolve(path))
    return owner[1] if owner and owner[0].ecosystem.distribution else None


def _is_own_package(package: Package) -> bool:
    """A file that says which package of a distribution it came in (by the source's name, often), and that the database
    gives to one of that kind: no news, and under another name it would be judged twice."""
    return package.owned_by is not None and package.owned_by.startswith(f"pkg:{package.type}/")


def _own(
    cataloger: Cataloger,
    packages: Sequence[Package],
    owned: Iterable[Owned],
    squashed: Squashed,
    owners: dict[str, tuple[Cataloger, Package]],
) -> list[Package]:
    """Notes whose the files are. A package of which its record alone is left is ``absent``.

    One of several installations of a package is told by its record, which is among its files.
    """
    by_name: dict[tuple[str, str], list[int]] = {}
    for index, package in enumerate(packages):
        by_name.setdefault((package.name, package.version), []).append(index)
    found = list(packages)
    for item in owned:
        numbers = by_name.get((item.name, item.version), [])
        paths = frozenset(item.paths)
        number = next((one for one in numbers if _record(packages[one]) in paths), numbers[0] if len(numbers) == 1 else None)
        if number is None:
            continue
        places = {path: squashed.resolve(path) for path in paths}
        for place in places.values():
            owners.setdefault(place, (cataloger, packages[number]))
        own = _record(packages[number]).rpartition("/")[0] + "/"
        software = [place for path, place in places.items() if not path.startswith((own, *LEFT_OUT))]
        if software and not any(map(_is_there, software, repeat(squashed))):
            found[number] = replace(packages[number], presence="absent")
    return found


def _record(package: Package) -> str:
    return package.evidence[0].path if package.evidence else ""


def _is_there(place: str, squashed: Squashed) -> bool:
    """A module may have been left compiled alone."""
    compiled = place.endswith(".py") and squashed.entry(f"{place}c") is not None
    return compiled or squashed.entry(place) is not None or squashed.is_folder(place)


def _said(behind: Behind) -> Unknown:
    reason = f"{behind.alias} leads here through a link, where package databases are not read"
    return Unknown(behind.cataloger, Evidence(behind.place, behind.layer), reason)


def _still_there(unknown: Unknown, squashed: Squashed) -> bool:
    """Trouble with a file that a later layer removed or replaced is none."""
    if unknown.whole_layer or unknown.cataloger == "layer":
        return True
    entry = squashed.entry(unknown.evidence.path.partition("!/")[0])
    return entry is not None and entry[0] == unknown.evidence.layer


def _merged(packages: Sequence[Package]) -> Iterator[Package]:
    """One entry for each purl and owner; places are evidence, those that only declare what is installed come last."""
    purls = [package.purl for package in packages]
    installed = {purl for purl, package in zip(purls, packages, strict=True) if package.presence in ("present", "partial")}
    groups: dict[tuple[str, str | None, str], list[Package]] = {}
    declared: dict[str, set[Evidence]] = {}
    for purl, package in zip(purls, packages, strict=True):
        if package.presence == "declared" and purl in installed:
            declared.setdefault(purl, set()).update(package.evidence)
        else:
            groups.setdefault((purl, package.owned_by, package.presence), []).append(package)
    for (purl, _, _), group in sorted(groups.items(), key=lambda item: tuple(part or "" for part in item[0])):
        places = {place for package in group for place in package.evidence}
        evidence = (*_in_order(places), *_in_order(declared.get(purl, set()) - places))
        best = max(group, key=lambda package: package.confidence)
        yield best if evidence == best.evidence else replace(best, evidence=evidence)


def _in_order(places: set[Evidence]) -> list[Evidence]:
    return sorted(places, key=lambda place: (place.layer, place.path))


def _count(squashed: Squashed, owners: dict[str, tuple[Cataloger, Package]]) -> tuple[int, int]:
    """(files of the visible tree, executables among them that no package database knows)."""
    files = unowned = 0
    modes = [delta.table.numbers(delta.table.modes, "H") for delta in squashed.deltas]
    kinds = [delta.table.kinds for delta in squashed.deltas]
    for folder, names in squashed.folders.items():
        files += len(names)
        prefix = f"{folder}/" if folder else ""
        for name, (layer, row) in names.items():
            if modes[layer][row] & 0o111 and kinds[layer][row] in "fh" and prefix + name not in owners:
                unowned += 1
    return files, unowned
