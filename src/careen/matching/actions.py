"""The actions that upgrade packages. All upgrades by one manager in one place are one action, with the number of
findings that it removes.

If one package is in several places, the upgrades of all these places are one action, because the package's findings
disappear only when every place is changed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename

from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.model.plan import Action, Change, Upgrade
from careen.output.tied import tied

from .npm_places import IN_PROJECTS, OF_WORKSPACE, OVERRIDES, Projects
from .override_keys import keyed
from .place import SAFE, Place
from .places import is_manager
from .upgraded import paths_of
from .upgrades import Upgrades, command


def actions_of(
    inventory: Inventory,
    targets: Mapping[int, str],
    places: Sequence[Sequence[Place]],
    before: Sequence[Vulnerability],
    after: Sequence[Vulnerability],
    upgraded: Inventory,
    known: Projects,
) -> tuple[Action, ...]:
    """The actions that upgrade the packages of ``targets`` (index of a package: its new version), those that remove the
    most findings first. ``places``: for each package, the places that set its version. ``after`` are the findings of
    ``upgraded``, the inventory after all upgrades.
    """
    removed = _removed(inventory.packages, targets, before, after, upgraded.packages)
    stays = _staying(inventory.packages, targets, before, after, upgraded.packages)
    projects = {index: [_project(place) for place in changed_places(places[index])] for index in targets}
    names = _names(inventory.packages, targets)
    made = [_action(members, inventory.packages, names, targets, places, removed, stays, known) for members in tied(projects)]
    return tuple(sorted(made, key=lambda action: (-action.removes, action.manager, action.place)))


def changed_places(places: Iterable[Place]) -> list[Place]:
    return [*dict.fromkeys(place for place in places if place.manager)]


def _project(place: Place) -> Place:
    """The place; for all places in a project of npm's registry the same."""
    manager = OVERRIDES.get(place.manager, place.manager)
    return Place(manager, place.project or place.place) if manager in IN_PROJECTS else replace(place, also=())


def _action(
    members: Sequence[int],
    packages: Sequence[Package],
    names: Mapping[int, str],
    targets: Mapping[int, str],
    places: Sequence[Sequence[Place]],
    removed: Mapping[int, int],
    stays: Mapping[str, tuple[str, ...]],
    known: Projects,
) -> Action:
    upgrades: dict[str, Upgrade] = {}
    by_place: dict[Place, dict[tuple[str, str], str]] = defaultdict(dict)
    by_manifest = 0
    for index in members:
        package, to = packages[index], targets[index]
        listed_before = upgrades.get(package.purl)
        removes = removed[index] + (listed_before.removes if listed_before else 0)
        left = stays.get(package.purl, ())
        upgrades[package.purl] = Upgrade(names[index], package.version, to, removes, package.purl, left)
        changed = changed_places(places[index])
        by_manifest += removed[index] if any(place.where == "manifest" for place in changed) else 0
        for place in changed:
            by_place[place][names[index], package.version] = to
    listed = tuple(sorted(upgrades.values(), key=lambda upgrade: (-upgrade.removes, upgrade.package, upgrade.version)))
    order = [(upgrade.package, upgrade.version) for upgrade in listed]
    in_order = sorted(by_place, key=lambda place: _rank(place, len(by_place[place])))
    triples = {
        place: [(name, old, by_place[place][name, old]) for name, old in order if (name, old) in by_place[place]]
        for place in in_order
    }
    first, *others = _changes(triples, known)
    removes = sum(upgrade.removes for upgrade in listed)
    unchecked = _unchecked(by_place)
    return Action(
        first.manager, first.place, first.where, first.command, listed, removes, tuple(others), by_manifest, unchecked
    )


def _names(packages: Sequence[Package], targets: Iterable[int]) -> dict[int, str]:
    """The names of packages for their managers, by index. apt takes a name alone for a package of its own architecture:
    ``libssl3:i386``.
    """
    chosen = [(index, packages[index]) for index in targets]
    own = next((package.arch for package in packages if is_manager(package) and package.type == "deb"), None)
    return {
        index: f"{package.name}:{package.arch}" if own and _is_foreign(package, own) else package.name
        for index, package in chosen
    }


def _is_foreign(package: Package, own: str) -> bool:
    arch = package.arch or ""
    return package.type == "deb" and arch not in (own, "all", "") and SAFE.fullmatch(arch) is not None


def _unchecked(places: Iterable[Place]) -> str:
    runtimes = dict.fromkeys(filter(None, map(_runtime, places)))
    return f"whether these versions run on {' and '.join(sorted(runtimes))}: no advisory states it" if runtimes else ""


def _runtime(place: Place) -> str:
    """The runtime of packages in this place, such as "Python 3.9"; "" if unknown."""
    if place.manager == "pip --target":
        return "the installed Python"
    if place.manager == "pip" and place.where == "dockerfile":
        version = basename(place.place).removeprefix("python")
        return f"Python {version}" if "." in version else "the installed Python"
    if (place.manager == "npm -g" or place.manager in IN_PROJECTS) and place.where == "dockerfile":
        return "the installed Node.js"
    return ""


def _rank(place: Place, packages: int) -> tuple[bool, bool, int, str, str]:
    """A sort key of places: those that a command changes come before manifests, and overrides after the project's own
    packages: npm refuses one that differs from what the project still asks for. So does uv with a version that a manifest
    does not allow yet.
    """
    is_last = place.manager in OVERRIDES or place.manager == "uv"
    return (place.where == "manifest", is_last, -packages, place.manager, place.place)


def _changes(upgrades: Mapping[Place, Upgrades], known: Projects) -> Iterator[Change]:
    """The changes in the order of their places. Where a project's own packages are installed, its overrides are set before:
    npm places each package by the overrides that it knows.
    """
    overrides = {place.place: place for place in upgrades if place.manager in OVERRIDES and place.manager != OF_WORKSPACE}
    joined = {place.place for place in upgrades if place.place in overrides and place.manager not in OVERRIDES}
    for place, own in upgrades.items():
        if place.manager in OVERRIDES:
            if place.place not in joined or place.manager == OF_WORKSPACE:
                yield Change(place.manager, place.place, place.where, command(place, (), keyed(place, own, known)))
        elif place.place in joined:
            setting = keyed(overrides[place.place], upgrades[overrides[place.place]], known, {name: to for name, _, to in own})
            yield Change(place.manager, place.place, place.where, command(place, own, setting))
        else:
            yield Change(place.manager, place.place, place.where, command(place, own))


def _removed(
    packages: Sequence[Package],
    targets: Mapping[int, str],
    before: Sequence[Vulnerability],
    after: Sequence[Vulnerability],
    upgraded: Sequence[Package],
) -> dict[int, int]:
    """How many findings each upgrade removes, by the index of the package. If several packages become the same package,
    the findings that remain in it are subtracted from the first of them alone.
    """
    had = Counter((finding.package, finding.paths) for finding in before)
    left = Counter(finding.package for finding in after)
    for index, package in enumerate(packages):
        if index not in targets and left[package.purl]:
            left[package.purl] -= had[package.purl, paths_of(package)]
    removed, counted = {}, set[tuple[str, tuple[str, ...]]]()
    staying = {package.purl for package in upgraded[len(packages) :]}
    for index in targets:
        key = (packages[index].purl, paths_of(packages[index]))
        new = upgraded[index].purl
        removed[index] = (had[key] if key not in counted else 0) - max(left.pop(new, 0), 0)
        if key[0] in staying and key[0] != new:
            removed[index] -= max(left.pop(key[0], 0), 0)
        counted.add(key)
    return removed


def _staying(
    packages: Sequence[Package],
    targets: Mapping[int, str],
    before: Sequence[Vulnerability],
    after: Sequence[Vulnerability],
    upgraded: Sequence[Package],
) -> dict[str, tuple[str, ...]]:
    """The findings with a fixed version that stay after all upgrades, by the purl of an upgraded package: the new version
    has the vulnerability too, or a copy in another place is not upgraded.
    """
    left = {(finding.package, finding.id) for finding in after}
    kept = {package.purl for package in upgraded[len(packages) :]}  # upgraded in some places, and as it was in others
    new = {(packages[index].purl, paths_of(packages[index])): upgraded[index].purl for index in targets}
    changed = {purl for purl, _ in new}
    found: dict[str, list[str]] = defaultdict(list)
    for finding in before:
        if finding.package in changed and finding.fix.versions:
            to = new.get((finding.package, finding.paths))
            if to is None or (to, finding.id) in left or (finding.package in kept and (finding.package, finding.id) in left):
                found[finding.package].append(finding.fingerprint)
    return {purl: tuple(fingerprints) for purl, fingerprints in found.items()}
