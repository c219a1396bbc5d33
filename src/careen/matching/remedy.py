"""The smallest set of actions that fixes what can be fixed, the findings that each removes, and those that stay.

One action is one command or one change of a manifest: all packages of one package manager in one place are upgraded
together. Each package is upgraded to the lowest version that fixes all its vulnerabilities. To find it, the inventory is
assessed again with the new versions until nothing more can be fixed, so the findings that stay are those of a scan.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from careen.model.finding import FixState, Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package, Source
from careen.model.plan import Action, Advice, Plan, Staying, Upgrade, Where
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme

from .bundles import Bundles
from .keys import Key, keys_of
from .remedy_texts import (
    DropPackage,
    Hint,
    NewerBundle,
    NewerOwner,
    NewerRelease,
    PaidSupport,
    RefreshBase,
    obstacle_text,
    state_text,
)
from .upgrades import SAFE, SYSTEM, Obstacle, Place, command, managers_of, place_of

MAX_ROUNDS = 8
MAX_BUNDLES = 5  # that are named
NPM = ("npm", "npm overrides")


Reassess = Callable[[Inventory], Sequence[Vulnerability]]


def plan(
    report: Report,
    reassess: Reassess,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    base: str = "",
) -> Plan:
    """``reassess`` gives the findings of an inventory under the same knowledge and policy; ``base`` names the base image."""
    inventory = report.inventory
    packages = inventory.packages
    keys = {type: keys_of(schemes[ecosystem.scheme]) for type, ecosystem in ecosystems.items() if ecosystem.scheme in schemes}
    managers = managers_of(packages)
    before = reassess(inventory)
    bundles = Bundles(packages)
    places = [place_of(package, managers, bundles.owner_of(package)) for package in packages]
    targets = _agreed(targets_of(inventory, reassess, keys, places), packages, places, keys)
    upgraded = _upgraded(inventory, targets)
    after = reassess(upgraded)
    actions = _actions(inventory, targets, places, before, after)
    in_file = {index: to for index, to in targets.items() if places[index].where == "dockerfile"}
    only_file = after if len(in_file) == len(targets) else reassess(_upgraded(inventory, in_file))
    return Plan(
        len(before),
        len(after),
        len(only_file),
        actions,
        _stays(after, upgraded, places),
        tuple(Advice(hint.kind, hint.text(), hint.findings) for hint in _hints(report, after, upgraded, targets, places, base)),
        bundled=_bundled(before, packages, places),
    )


def targets_of(inventory: Inventory, reassess: Reassess, keys: Mapping[str, Key], places: Sequence[Place]) -> dict[int, str]:
    """The target version of each package that has a manager, by its index."""
    targets: dict[int, str] = {}
    siblings = _siblings(inventory.packages)
    for _ in range(MAX_ROUNDS):
        upgraded = _upgraded(inventory, targets)
        index_by_purl: dict[str, list[int]] = defaultdict(list)
        for index, package in enumerate(upgraded.packages):
            index_by_purl[package.purl].append(index)
        changed = False
        for finding in reassess(upgraded):
            for index in index_by_purl.get(finding.package, ()):
                package = upgraded.packages[index]
                key = keys.get(package.type)
                to = _next(finding, package, key) if key and places[index].manager else None
                known = targets.get(index)
                if to is None or key is None or (known is not None and (key(to) or ()) <= (key(known) or ())):
                    continue
                changed = True
                for same in siblings[index]:
                    targets[same] = to
        if not changed:
            break
    return targets


def _agreed(
    targets: Mapping[int, str], packages: Sequence[Package], places: Sequence[Place], keys: Mapping[str, Key]
) -> dict[int, str]:
    """An override of npm changes all copies of a package in a project, so they get the highest of their target versions."""
    highest: dict[tuple[str, str], str] = {}
    names = {index: (places[index].place, packages[index].name) for index in targets if places[index].manager in NPM}
    for index, name in names.items():
        key = keys[packages[index].type]
        if name not in highest or (key(targets[index]) or ()) > (key(highest[name]) or ()):
            highest[name] = targets[index]
    return {index: highest[names[index]] if index in names else to for index, to in targets.items()}


def _siblings(packages: Sequence[Package]) -> dict[int, list[int]]:
    """Binary packages of one source are upgraded together."""
    groups: dict[object, list[int]] = defaultdict(list)
    for index, package in enumerate(packages):
        source = package.source if package.type in SYSTEM and package.type != "rpm" else None
        groups[(package.type, package.distro, source) if source else index].append(index)
    return {index: group for group in groups.values() for index in group}


def _next(finding: Vulnerability, package: Package, key: Key) -> str | None:
    """The lowest fixed version of the finding above the installed one."""
    version = package.source.version if package.source and package.type in ("deb", "apk") else package.version
    plain = version.partition(":")[2] if package.type in SYSTEM else ""
    above = []
    for text in finding.fix.versions:
        # Upstream versions have no epoch, packages of them may have one.
        mine = key(plain if plain and ":" not in text else version)
        place = key(text) if SAFE.fullmatch(text) else None
        if place is not None and (mine is None or place > mine):
            above.append((place, text))
    return min(above)[1] if above else None


def _upgraded(inventory: Inventory, targets: Mapping[int, str]) -> Inventory:
    packages = list(inventory.packages)
    for index, to in targets.items():
        package = packages[index]
        evidence = tuple(Evidence(place.path.replace(package.version, to), place.layer) for place in package.evidence)
        source = Source(package.source.name, to) if package.source else None
        # Binary packages may have versions of their own; advisories name the source package's.
        packages[index] = replace(
            package, version=to, source=source, evidence=evidence if package.version else package.evidence
        )
    return replace(inventory, packages=tuple(packages))


def _actions(
    inventory: Inventory,
    targets: Mapping[int, str],
    places: Sequence[Place],
    before: Sequence[Vulnerability],
    after: Sequence[Vulnerability],
) -> tuple[Action, ...]:
    had = Counter((finding.package, finding.paths) for finding in before)
    has = Counter((finding.package, finding.paths) for finding in after)
    upgraded = _upgraded(inventory, targets)
    counted: set[tuple[str, tuple[str, ...]]] = set()
    groups: dict[tuple[str, str, Where], dict[str, Upgrade]] = defaultdict(dict)
    for index, to in targets.items():
        package, place = inventory.packages[index], places[index]
        key = _key(package)
        removes = had[key] - has[_key(upgraded.packages[index])] if key not in counted else 0
        counted.add(key)
        group = groups[place.manager, place.place, place.where]
        known = group.get(package.purl)
        group[package.purl] = Upgrade(
            package.name, package.version, to, removes + (known.removes if known else 0), package.purl
        )
    actions = []
    for (manager, where, kind), upgrades in groups.items():
        listed = tuple(sorted(upgrades.values(), key=lambda upgrade: (-upgrade.removes, upgrade.package, upgrade.version)))
        # npm allows an override of a direct dependency only with the version that the project names.
        own = (
            {upgrade.package for upgrade in groups.get(("npm", where, kind), {}).values()}
            if manager == "npm overrides"
            else set()
        )
        versions = [
            (upgrade.package, upgrade.version, f"${upgrade.package}" if upgrade.package in own else upgrade.to)
            for upgrade in listed
        ]
        line = command(manager, where, versions)
        actions.append(Action(manager, where, kind, line, listed, sum(upgrade.removes for upgrade in listed)))
    return tuple(sorted(actions, key=lambda action: (-action.removes, action.manager, action.place)))


def _key(package: Package) -> tuple[str, tuple[str, ...]]:
    return package.purl, tuple(sorted({place.path for place in package.evidence}))


def _stays(after: Sequence[Vulnerability], upgraded: Inventory, places: Sequence[Place]) -> tuple[Staying, ...]:
    obstacles = {package.purl: place.obstacle for package, place in zip(upgraded.packages, places, strict=True)}
    counts: Counter[Obstacle | FixState] = Counter()
    for finding in after:
        obstacle = obstacles.get(finding.package) if finding.fix.versions else None
        counts[obstacle or finding.fix.state] += 1
    return tuple(
        Staying(obstacle_text(why) if isinstance(why, Obstacle) else state_text(why), count)
        for why, count in counts.most_common()
    )


def _bundled(before: Sequence[Vulnerability], packages: Sequence[Package], places: Sequence[Place]) -> dict[str, str]:
    affected = {finding.package for finding in before}
    return {
        package.purl: place.obstacle.by
        for package, place in zip(packages, places, strict=True)
        if place.obstacle and place.obstacle.code == "bundled" and package.purl in affected
    }


def _hints(
    report: Report,
    after: Sequence[Vulnerability],
    upgraded: Inventory,
    targets: Mapping[int, str],
    places: Sequence[Place],
    base: str,
) -> Iterator[Hint]:
    by_purl = {package.purl: (package, place) for package, place in zip(upgraded.packages, places, strict=True)}
    system = [finding for finding in after if by_purl[finding.package][0].type in SYSTEM]
    uninstallable = [finding for finding in system if finding.fix.versions and not by_purl[finding.package][1].manager]
    from_base = sum(_is_of_base(report.inventory.packages[index]) for index in targets)
    if uninstallable or from_base:
        yield RefreshBase(len(uninstallable), base, from_base)
    unfixed = [finding for finding in system if not finding.fix.versions]
    if report.end_of_life and report.end_of_life < report.created[:10] and unfixed:
        distribution = upgraded.distribution
        name = distribution.pretty_name if distribution else "the distribution"
        yield NewerRelease(len(unfixed), name, report.end_of_life)
    if paid := sum(bool(finding.paid_fix) for finding in after):
        yield PaidSupport(paid)
    if owned := sum(bool(finding.fix.versions and by_purl[finding.package][0].owned_by) for finding in after):
        yield NewerOwner(owned)
    yield from _to_renew(after, by_purl)
    yield from _to_drop(after, {purl: package for purl, (package, _) in by_purl.items()})


def _to_renew(after: Sequence[Vulnerability], by_purl: Mapping[str, tuple[Package, Place]]) -> Iterator[NewerBundle]:
    """The packages with the most fixable findings in what they contain: only a newer release of them brings another copy."""
    inside: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for finding in after:
        obstacle = by_purl[finding.package][1].obstacle
        if finding.fix.versions and obstacle and obstacle.code == "bundled":
            counts[obstacle.by] += 1
            inside[obstacle.by].add(f"{finding.package_name} {finding.package_version}".strip())
    for owner, count in counts.most_common(MAX_BUNDLES):
        yield NewerBundle(count, owner, tuple(sorted(inside[owner])))


def _is_of_base(package: Package) -> bool:
    return package.type in SYSTEM and bool(package.evidence) and package.evidence[0].layer == 0


def _to_drop(after: Sequence[Vulnerability], by_purl: Mapping[str, Package]) -> Iterator[DropPackage]:
    """The three packages with the most vulnerabilities without a fix."""
    packages = (by_purl[finding.package] for finding in after if not finding.fix.versions)
    counts = Counter((package.source.name if package.source else package.name, package.type) for package in packages)
    for (name, type), count in counts.most_common(3):
        if count >= 3:
            yield DropPackage(count, name, type)
