"""Binds the Deltas of an image into its Inventory: packages of the visible tree with distribution, owner, presence and
introducing layer.

The introducing layer is found layer by layer: a package keeps it as long as its key (type, name, version, architecture,
place) stays present, else the package is new. If a layer deletes or empties a package database while files of its
packages stay, the packages that it last listed are kept as ``shadowed``, and an Unknown states the layer; so are the
packages that only a database lists in whose place another one counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from careen.model.delta import Delta
from careen.model.inventory import UNIDENTIFIED, Inventory, Unknown
from careen.model.ledger import LedgerFile
from careen.model.origin import OriginFiles
from careen.model.package import Distribution, Evidence, Package
from careen.plugins import Cataloger, Role

from .details import details
from .exposed import exposed
from .facts import Facts
from .filesystem import filesystem
from .hardening import hardening
from .history import Key, Shadow, histories_of, key_of
from .hooks import hooks
from .integrity import integrity
from .ledger import ledger
from .links import Reread, squash_with_links
from .nodatabase import has_lost_its_packages
from .origin_files import origin_files
from .owner_files import owner_files
from .owners import Owners
from .same_software import one_each
from .squash import Squashed
from .unidentified import Claimed, unidentified

_WITH_FILES = ("apk", "deb", "rpm")


def bind(
    deltas: Sequence[Delta],
    catalogers: Sequence[Cataloger],
    again: Reread | None = None,
    *,
    check: Callable[[], object] = bool,
    on_file: Callable[[LedgerFile], object] | None = None,
    verify: bool = False,
) -> Inventory:
    """Computes the inventory from the deltas of all layers.

    ``again`` rereads a layer, for files behind links; without it, package databases behind links become Unknowns.
    ``check`` is called at intervals, and raises OverBudgetError when the time is up. ``on_file`` is called with each
    visible file. ``verify``: all files of packages are compared with their recorded digests, not only programs.
    """
    tree, not_followed = squash_with_links(deltas, catalogers, again)
    facts, histories = Facts(tree, catalogers), histories_of(catalogers)

    def after_layer(layer: int, cataloger: str) -> None:
        if cataloger in histories:
            check()
            histories[cataloger].after_layer(layer, facts.of(cataloger))

    facts.replay(after_layer)
    roots = dict(_made("distribution", facts, catalogers))
    unknowns = [*_unknowns(tree), *not_followed]
    owners = Owners(tree)
    packages: list[Package] = []
    is_listed = False  # a database that still exists lists a package of the image's own distribution
    for history in histories.values():
        check()
        found, shadowed = history.result()
        unknowns += history.trouble
        if history.cataloger.ecosystem.distribution:
            bound = [_of_distribution(package, history.root_of(package), roots) for package in found]
            bound = owners.add_distribution(bound, history, shadowed)
            unknowns += _lost_databases(history.cataloger, bound, shadowed)
            listed = (package for package in bound if package.presence != "shadowed")
            is_listed = is_listed or any(not history.root_of(package) for package in listed)
        else:
            bound = owners.add(found, history)
        packages += bound
    packages = one_each(packages)
    files, unowned = _count(tree, owners)
    unknowns, nameless = _apart(unknowns, owners)
    compared = integrity(tree, facts, owners, again, all_files=verify)
    unknowns += compared.unknowns
    claimed = Claimed((claim for history in histories.values() for claim in history.identified()), owners)
    nobodys = {*nameless, *unidentified(tree, facts, owners, claimed, again)}
    unsure = nobodys.union(unknown.evidence.path for unknown in unknowns if unknown.evidence.path)
    named = {place.path for package in packages for place in package.evidence}
    return Inventory(
        roots.get("") or next(iter(roots.values()), None),
        tuple(_merged(packages)),
        tuple(unknowns),
        files,
        unowned,
        exposed(tree, facts, owners),
        filesystem(tree, facts, owners),
        _made("decisions", facts, catalogers),
        _made("content_sets", facts, catalogers),
        archives=_made("archives", facts, catalogers),
        unidentified=tuple(sorted(nobodys)),
        owned=tuple(sorted(path for path in unsure if owners.in_distribution(path))),
        owner_files=tuple(owner_files(tree, owners, packages)),
        no_package_database=not is_listed and has_lost_its_packages(roots.get(""), tree, facts),
        integrity=compared.integrity,
        hardening=hardening(tree, facts, owners),
        hooks=hooks(tree, facts, owners),
        notices=_made("notices", facts, catalogers),
        projects=_made("projects", facts, catalogers),
        ledger=ledger(tree, owners, claimed, compared, named, on_file),
        # A search for origins has read the digests, too.
        origin_files=origin_files(tree, facts, owners, claimed, nobodys, packages) if facts.reads("digests") else OriginFiles(),
        # The distribution's own programs are assessed with its advisories, which list no functions.
        programs=tuple(
            program
            for history in histories.values()
            for program in history.programs()
            if not owners.in_distribution(program.path)
        ),
        details=details(tree, facts, owners, packages, catalogers),
    )


def _made(role: Role, facts: Facts, catalogers: Iterable[Cataloger]) -> tuple[Any, ...]:
    """The results of all catalogers of a role from their visible facts."""
    asked = ((cataloger, facts.of(cataloger.name)) for cataloger in catalogers if cataloger.role == role)
    return tuple(value for cataloger, found in asked if cataloger.join and found for value in cataloger.join(found))


def _unknowns(tree: Squashed) -> Iterator[Unknown]:
    """Yields the unknowns of all layers, with the layer's index, except those of files that a later layer removes or
    replaces.
    """
    for layer, delta in enumerate(tree.deltas):
        for unknown in delta.unknowns:
            path = unknown.evidence.path
            is_of_layer = unknown.whole_layer or unknown.cataloger == "layer"
            if is_of_layer or (tree.entry(path.partition("!/")[0]) or (-1,))[0] == layer:
                yield replace(unknown, evidence=Evidence(path, layer))


def _apart(unknowns: list[Unknown], owners: Owners) -> tuple[list[Unknown], list[str]]:
    """Splits the unknowns: those that could not be read, and the paths of archives that nothing identifies and no
    package of the distribution owns.
    """
    nameless = [unknown.evidence.path for unknown in unknowns if unknown.code == UNIDENTIFIED]
    if not nameless:
        return unknowns, []
    unread = [unknown for unknown in unknowns if unknown.code != UNIDENTIFIED]
    return unread, [path for path in nameless if not owners.in_distribution(path)]


def _of_distribution(package: Package, root: str, roots: Mapping[str, Distribution]) -> Package:
    """The package with its distribution: that of the innermost root file system around it that states one. Unchanged if
    it is in the image's own file system.
    """
    while root and root not in roots:
        root = root.rpartition("/")[0]
    if root not in roots:
        return package
    found = roots[root]
    name = f"{found.id}-{found.version or found.codename}".rstrip("-")
    return replace(package, namespace=package.namespace or found.id, distro=name)


def _lost_databases(cataloger: Cataloger, packages: Iterable[Package], shadowed: dict[Key, Shadow]) -> Iterator[Unknown]:
    """Yields an Unknown for each database that does not count and whose packages are kept."""
    kept = [(shadowed[key], package) for package in packages if (key := key_of(package)) in shadowed]
    layers = {shadow: package.evidence[0].layer for shadow, package in kept}
    for (database, index), count in sorted(Counter(shadow for shadow, _ in kept).items(), key=str):
        them = "package" if count == 1 else f"{count} packages"
        are = "is" if count == 1 else "are"
        if index is None:
            reason = f"another package database counts in its place: the {them} that only this one names {are} kept"
        else:
            reason = f"layer {index} deleted or emptied this package database: the {them} it last named {are} kept"
        layer = layers[database, index] if index is None else index
        yield Unknown(cataloger.name, Evidence(database, layer), reason)


def _merged(packages: Sequence[Package]) -> Iterator[Package]:
    """Merges packages to one for each purl and owner. Their places become evidence; those that only declare an
    installed package come last.
    """
    is_any_declared = any(package.presence == "declared" for package in packages)
    there = [package for package in packages if package.presence in ("present", "partial")] if is_any_declared else []
    installed = {_release(package): package.purl for package in there} | {package.purl: package.purl for package in there}
    files = {_without_release(package): package.purl for package in there if package.type in _WITH_FILES}
    groups: dict[tuple[str, str | None, str], list[Package]] = {}
    declared: dict[str, set[Evidence]] = {}
    for package in packages:
        same = None
        if package.presence == "declared":
            same = installed.get(package.purl) or installed.get(_release(package))
            if package.namespace is None:  # a package file, such as those that apt left in its cache
                same = same or files.get(_without_release(package))
        if same:
            declared.setdefault(same, set()).update(package.evidence)
        else:
            groups.setdefault((package.purl, package.owned_by, package.presence), []).append(package)
    for (purl, _, _), group in sorted(groups.items(), key=lambda item: tuple(part or "" for part in item[0])):
        places = {place for package in group for place in package.evidence}
        evidence = (*_in_order(places), *_in_order(declared.get(purl, set()) - places))
        best = max(group, key=lambda package: package.confidence)
        yield best if evidence == best.evidence else replace(best, evidence=evidence)


def _release(package: Package) -> str:
    """The purl, equal for "Zope.Interface 5.0" and "zope-interface 5.0.0". **Source:** PEP 503; PEP 440, zero padding."""
    if package.type != "pypi":
        return package.purl
    version = package.version
    while version.endswith(".0") and "+" not in version:
        version = version[:-2]
    return f"pkg:pypi/{package.name.lower().replace('_', '-').replace('.', '-')}@{version}"


def _without_release(package: Package) -> tuple[str, str, str, str | None]:
    return package.type, package.name, package.version, package.arch


def _in_order(places: set[Evidence]) -> list[Evidence]:
    return sorted(places, key=lambda place: (place.layer, place.path))


def _count(tree: Squashed, owners: Owners) -> tuple[int, int]:
    """The number of files in the visible tree, and of executables among them that no package owns."""
    files = unowned = 0
    modes = [delta.table.numbers(delta.table.modes, "H") for delta in tree.deltas]
    kinds = [delta.table.kinds for delta in tree.deltas]
    for folder, names in tree.folders.items():
        files += len(names)
        prefix = f"{folder}/" if folder else ""
        for name, (layer, row) in names.items():
            if modes[layer][row] & 0o111 and kinds[layer][row] in "fh" and owners.owned_place(prefix + name) is None:
                unowned += 1
    return files, unowned
