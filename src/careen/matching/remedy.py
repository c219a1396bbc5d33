"""The smallest set of actions that fixes what can be fixed, the findings that each removes, and the findings that stay.

One action is one command or one change of a manifest: all packages of one package manager in one place are upgraded
together. Each package is upgraded to the lowest version that fixes all its vulnerabilities. To find this version, the
inventory is assessed again with the new versions until nothing more can be fixed; the findings that stay are therefore
those that a scan after the upgrades would report.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from careen.model.finding import FixState, Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.model.plan import Advice, Plan, Staying
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme
from careen.safety.pattern import pattern

from .actions import actions_of
from .apt_archives import only_of_distribution
from .bundles import Bundles
from .keys import Key, keys_by_type
from .npm_places import BY_VERSION, IN_PROJECTS, OVERRIDES, Projects, line_of
from .place import SAFE, Obstacle, Place
from .places import SYSTEM, Clients, clients_of, managers_of, places_of
from .remedy_texts import (
    DropPackage,
    Hint,
    NewerBuild,
    NewerBundle,
    NewerOwner,
    NewerRelease,
    PaidSupport,
    RefreshBase,
    obstacle_text,
    state_text,
)
from .upgraded import distinct, upgraded

MAX_ROUNDS = 8
_DIGITS = pattern(r"[0-9]+")
_SEPARATE = (
    "org.apache.commons",
    "org.apache.maven.plugins",
    "org.codehaus.mojo",
)  # groups whose modules have releases of their own
_QUALIFIER = pattern(r"[.-][A-Za-z]{2,20}$")
MAX_BUNDLES = 5  # bundled packages that a sentence lists
_NOT_OF_BASE = ("stored_image", "third_party")  # obstacles that a newer base image does not remove


Reassess = Callable[[Inventory], Sequence[Vulnerability]]


def plan(
    report: Report,
    reassess: Reassess,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    base: str = "",
    clients: Clients | None = None,
) -> Plan:
    """The plan for a report. ``reassess`` returns the findings of an inventory with the same advisories and policy.
    ``base`` is the name of the base image. ``clients``: those of the image, if the report has only some of its packages.
    """
    inventory = report.inventory
    packages = inventory.packages
    keys = keys_by_type(packages, schemes, ecosystems)
    managers = managers_of(packages)
    bundles, clients = Bundles(packages), clients or clients_of(packages, inventory.projects)
    only_distribution = only_of_distribution(inventory)
    places = [places_of(package, managers, bundles, clients, only_distribution) for package in packages]
    targets = _agreed(targets_of(inventory, reassess, keys, places), packages, places, keys, clients.projects)

    def left(changed: Inventory) -> list[Vulnerability]:
        return distinct(reassess(changed), changed.packages)

    before = left(inventory)
    changed = upgraded(inventory, targets, places)
    after = left(changed)
    only_file = upgraded(inventory, targets, places, lambda place: bool(place.manager) and place.where == "dockerfile")
    whys = _obstacles(packages, places)
    affected = dict.fromkeys(finding.package for finding in before)
    return Plan(
        len(before),
        len(after),
        len(after) if only_file == changed else len(left(only_file)),
        actions_of(inventory, targets, places, before, after, changed, clients.projects),
        _stays(after, whys),
        tuple(Advice(hint.kind, hint.text(), hint.findings) for hint in _hints(report, after, changed, targets, whys, base)),
        bundled={purl: whys[purl].by for purl in affected if purl in whys and whys[purl].code == "bundled"},
    )


def targets_of(
    inventory: Inventory, reassess: Reassess, keys: Mapping[str, Key], places: Sequence[Sequence[Place]]
) -> dict[int, str]:
    """The target version of each package that has a manager, by its index."""
    targets: dict[int, str] = {}
    siblings = _siblings(inventory.packages)
    for _ in range(MAX_ROUNDS):
        now = upgraded(inventory, targets, places)
        index_by_purl: dict[str, list[int]] = defaultdict(list)
        for index, package in enumerate(now.packages[: len(places)]):
            if any(place.manager for place in places[index]):
                index_by_purl[package.purl].append(index)
        changed = False
        for finding in reassess(now):
            for index in index_by_purl.get(finding.package, ()):
                package = now.packages[index]
                key = keys.get(package.type)
                to = _next(finding, package, key) if key else None
                known = targets.get(index)
                if to is None or key is None or (known is not None and (key(to) or ()) <= (key(known) or ())):
                    continue
                changed = True
                for same in siblings[index]:
                    if any(place.manager for place in places[same]):
                        targets[same] = to
        if not changed:
            break
    return targets


def _agreed(
    targets: Mapping[int, str],
    packages: Sequence[Package],
    places: Sequence[Sequence[Place]],
    keys: Mapping[str, Key],
    known: Projects,
) -> dict[int, str]:
    """The targets; copies of a package in one project get the highest of their versions: where an override names no version,
    all of them, and with npm and pnpm those of a release line. So do modules that are released together, as those of
    different releases do not fit.
    """
    agreed = _released_together(targets, packages, keys)
    copies: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for index in targets:
        for place in places[index]:
            if place.manager in IN_PROJECTS:
                client = OVERRIDES.get(place.manager, place.manager)
                copies[client, place.project or place.place, packages[index].name].add(index)
    for _ in range(MAX_ROUNDS):  # a copy may be in several projects
        before = dict(agreed)
        for (client, folder, name), members in copies.items():
            key = keys[packages[min(members)].type]
            if client in BY_VERSION:
                groups = _lines(members, packages, agreed)
                others: Collection[str] = ()
            else:
                groups, others = [[*members]], known.versions(folder, name)
            for group in groups:
                highest = max((*(agreed[index] for index in group), *others), key=lambda text: key(text) or ())
                agreed.update(dict.fromkeys(group, highest))
        if agreed == before:
            break
    return agreed


def _lines(members: Iterable[int], packages: Sequence[Package], targets: Mapping[int, str]) -> list[list[int]]:
    """The copies of a package by release line, each in the line that it is of and the one that it moves to."""
    lines: dict[str, list[int]] = defaultdict(list)
    for index in members:
        for line in {line_of(packages[index].version), line_of(targets[index])}:
            lines[line].append(index)
    return [*lines.values()]


def _released_together(targets: Mapping[int, str], packages: Sequence[Package], keys: Mapping[str, Key]) -> dict[int, str]:
    """The targets; modules of one group of Maven that have the same version now get the same one. A version of another form
    (2.12.7.1 for 2.12.6) is that of one module alone.
    """
    families: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index in targets:
        group = packages[index].name.rpartition(":")[0]
        if packages[index].type == "maven" and group and group not in _SEPARATE:
            families[group, packages[index].version].append(index)
    agreed = dict(targets)
    for (_, version), members in families.items():
        alike = [targets[index] for index in members if _form(targets[index]) == _form(version)]
        if alike:
            highest = max(alike, key=lambda text: keys["maven"](text) or ())
            agreed.update((index, highest) for index in members if _form(targets[index]) == _form(version))
    return agreed


def _form(version: str) -> str:
    return _DIGITS.sub("0", version)


def _siblings(packages: Sequence[Package]) -> dict[int, list[int]]:
    """For each package, the indices of the packages that are upgraded with it: binary packages of one source."""
    groups: dict[object, list[int]] = defaultdict(list)
    for index, package in enumerate(packages):
        source = package.source if package.type in SYSTEM and package.type != "rpm" else None
        groups[(package.type, package.distro, source) if source else index].append(index)
    return {index: group for group in groups.values() for index in group}


def _next(finding: Vulnerability, package: Package, key: Key) -> str | None:
    """The lowest fixed version of the finding above the installed one; None if there is none that a command may contain."""
    version = package.source.version if package.source and package.type in ("deb", "apk") else package.version
    plain = version.partition(":")[2] if package.type in SYSTEM else ""
    above = []
    for text in finding.fix.versions:
        # Upstream versions have no epoch, but packages of them may have one.
        mine = key(plain if plain and ":" not in text else version)
        place = key(text) if SAFE.fullmatch(text) else None
        if place is not None and (mine is None or place > mine):
            above.append((place, text))
    return _as_published(min(above)[1], package) if above else None


def _as_published(version: str, package: Package) -> str:
    """The version, with the qualifier as the installed version spells it: repositories of Maven know 4.1.133.Final, and
    advisories write "final" and "FINAL" for it. For a pre-release of npm it is the release after it, unless a pre-release is
    installed.
    """
    if package.type == "npm" and "-" not in package.version:
        return version.partition("-")[0]
    mine = package.version[-len(qualifier[0]) :] if (qualifier := _QUALIFIER.search(version)) else ""
    spelled = package.type == "maven" and qualifier and mine.lower() == qualifier[0].lower()
    return version[: qualifier.start()] + mine if qualifier and spelled else version


def _obstacles(packages: Sequence[Package], places: Sequence[Sequence[Place]]) -> dict[str, Obstacle]:
    """Why packages cannot be upgraded in all or some of their places, by purl."""
    found: dict[str, Obstacle] = {}
    for package, spots in zip(packages, places, strict=True):
        whys = [*dict.fromkeys(place.obstacle for place in spots if place.obstacle)]
        if whys:
            owners = sorted({why.by for why in whys if why.by})
            found[package.purl] = Obstacle(whys[0].code, " and ".join(owners))
    return found


def _stays(after: Sequence[Vulnerability], whys: Mapping[str, Obstacle]) -> tuple[Staying, ...]:
    counts: Counter[Obstacle | FixState] = Counter()
    for finding in after:
        obstacle = whys.get(finding.package) if finding.fix.versions else None
        counts[obstacle or finding.fix.state] += 1
    return tuple(
        Staying(obstacle_text(why) if isinstance(why, Obstacle) else state_text(why), count)
        for why, count in counts.most_common()
    )


def _hints(
    report: Report,
    after: Sequence[Vulnerability],
    changed: Inventory,
    targets: Mapping[int, str],
    whys: Mapping[str, Obstacle],
    base: str,
) -> Iterator[Hint]:
    by_purl = {package.purl: package for package in changed.packages}
    system = [finding for finding in after if by_purl[finding.package].type in SYSTEM]
    by_code: dict[str, list[Vulnerability]] = defaultdict(list)
    for finding in system:
        if finding.fix.versions and finding.package in whys:
            by_code[whys[finding.package].code].append(finding)
    uninstallable = [finding for code, found in by_code.items() if code not in _NOT_OF_BASE for finding in found]
    from_base = sum(_is_of_base(report.inventory.packages[index]) for index in targets)
    if uninstallable or from_base:
        yield RefreshBase(len(uninstallable), base, from_base)
    unfixed = [finding for finding in system if not finding.fix.versions]
    if report.end_of_life and report.end_of_life < report.created[:10]:
        distribution = changed.distribution
        name = distribution.pretty_name if distribution else "the distribution"
        yield NewerRelease(len(unfixed), name, report.end_of_life)
    if paid := sum(bool(finding.paid_fix) for finding in after):
        yield PaidSupport(paid)
    if owned := sum(bool(finding.fix.versions and by_purl[finding.package].owned_by) for finding in after):
        yield NewerOwner(owned)
    if foreign := by_code["third_party"]:
        yield NewerBuild(len(foreign), tuple(sorted({by_purl[finding.package].name for finding in foreign})))
    yield from _to_renew(after, whys)
    yield from _to_drop(after, by_purl)


def _to_renew(after: Sequence[Vulnerability], whys: Mapping[str, Obstacle]) -> Iterator[NewerBundle]:
    """The packages that contain the most fixable findings in bundled copies, which only their own newer release
    replaces.
    """
    inside: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for finding in after:
        obstacle = whys.get(finding.package)
        if finding.fix.versions and obstacle and obstacle.code == "bundled":
            counts[obstacle.by] += 1
            inside[obstacle.by].add(finding.subject)
    for owner, count in counts.most_common(MAX_BUNDLES):
        yield NewerBundle(count, owner, tuple(sorted(inside[owner])))


def _is_of_base(package: Package) -> bool:
    return package.type in SYSTEM and bool(package.evidence) and package.evidence[0].layer == 0


def _to_drop(after: Sequence[Vulnerability], by_purl: Mapping[str, Package]) -> Iterator[DropPackage]:
    """The packages with the most vulnerabilities without a fix: at most three, with at least three such findings each."""
    packages = (by_purl[finding.package] for finding in after if not finding.fix.versions)
    counts = Counter((package.source.name if package.source else package.name, package.type) for package in packages)
    for (name, type), count in counts.most_common(3):
        if count >= 3:
            yield DropPackage(count, name, type)
