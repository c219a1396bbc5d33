"""The smallest set of actions that mends what can be mended, what each removes, and what stays.

One action is one command or one change of a manifest: all packages of one package manager in one place go together.
Each package goes to the lowest version that mends all its flaws; that is found by judging the inventory again as it
would be then, until nothing more can be mended, so that what stays is what a scan would say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package, Source
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme

from .keys import Key, keys_of
from .upgrades import SAFE, SYSTEM, Place, Where, command, managers_of, place_of

MAX_ROUNDS = 8
NPM = ("npm", "npm overrides")


class Upgrade(Struct, frozen=True):
    package: str  # name
    version: str
    to: str
    removes: int
    purl: str


class Action(Struct, frozen=True):
    manager: str  # apt, apk, dnf, pip, npm, go …
    place: str  # where in the image, where that tells them apart
    where: Where
    command: str  # for a RUN of the Dockerfile, or to be run beside the manifest
    upgrades: tuple[Upgrade, ...]
    removes: int


class Advice(Struct, frozen=True):
    """What helps too, and how much cannot be foretold."""

    kind: Literal["refresh_base", "newer_release", "paid_support", "drop_package", "newer_owner"]
    text: str
    findings: int  # that it may remove


class Staying(Struct, frozen=True):
    why: str
    findings: int


class Plan(Struct, frozen=True):
    before: int
    after: int  # when all actions are done
    after_dockerfile: int  # when only those of the Dockerfile are
    actions: tuple[Action, ...]
    stays: tuple[Staying, ...]
    advice: tuple[Advice, ...]


Rejudge = Callable[[Inventory], Sequence[Vulnerability]]


def plan(
    report: Report, rejudge: Rejudge, schemes: Mapping[str, VersionScheme], ecosystems: Mapping[str, Ecosystem], base: str = ""
) -> Plan:
    """``rejudge`` gives the findings of an inventory under the same knowledge and policy; ``base`` names the base image."""
    inventory = report.inventory
    packages = inventory.packages
    keys = {type: keys_of(schemes[one.scheme]) for type, one in ecosystems.items() if one.scheme in schemes}
    managers = managers_of(packages)
    before = rejudge(inventory)
    places = [place_of(package, managers) for package in packages]
    targets = _agreed(_targets(inventory, rejudge, keys, places), packages, places, keys)
    after = rejudge(_upgraded(inventory, targets))
    actions = _actions(inventory, targets, places, before, after)
    in_file = {index: to for index, to in targets.items() if places[index].where == "dockerfile"}
    only_file = after if len(in_file) == len(targets) else rejudge(_upgraded(inventory, in_file))
    return Plan(
        len(before),
        len(after),
        len(only_file),
        actions,
        _stays(after, inventory, targets, places),
        tuple(_advice(report, after, inventory, targets, places, base)),
    )


def _targets(inventory: Inventory, rejudge: Rejudge, keys: Mapping[str, Key], places: Sequence[Place]) -> dict[int, str]:
    """The version that each package should have, by its index."""
    targets: dict[int, str] = {}
    siblings = _siblings(inventory.packages)
    for _ in range(MAX_ROUNDS):
        upgraded = _upgraded(inventory, targets)
        index_by_purl: dict[str, list[int]] = defaultdict(list)
        for index, package in enumerate(upgraded.packages):
            index_by_purl[package.purl].append(index)
        changed = False
        for finding in rejudge(upgraded):
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
    """An override of npm reaches every copy of a name in a project, so that all go to the highest version of them."""
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
    """The lowest version that mends the finding and is above the one that is there."""
    version = package.source.version if package.source and package.type in ("deb", "apk") else package.version
    plain = version.partition(":")[2] if package.type in SYSTEM else ""
    above = []
    for text in finding.fix.versions:
        # The makers of software know nothing of the epoch that a package of it has.
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
        # Versions of binary packages may have numbers of their own; the source's is what advisories speak of.
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
        listed = tuple(sorted(upgrades.values(), key=lambda one: (-one.removes, one.package, one.version)))
        # What a project depends on itself can be overridden by its own version alone.
        own = {one.package for one in groups.get(("npm", where, kind), {}).values()} if manager == "npm overrides" else set()
        versions = [(one.package, one.version, f"${one.package}" if one.package in own else one.to) for one in listed]
        told = command(manager, where, versions)
        actions.append(Action(manager, where, kind, told, listed, sum(one.removes for one in listed)))
    return tuple(sorted(actions, key=lambda one: (-one.removes, one.manager, one.place)))


def _key(package: Package) -> tuple[str, tuple[str, ...]]:
    return package.purl, tuple(sorted({place.path for place in package.evidence}))


def _stays(
    after: Sequence[Vulnerability],
    inventory: Inventory,
    targets: Mapping[int, str],
    places: Sequence[Place],
) -> tuple[Staying, ...]:
    words = {
        "open": "no version mends it yet", "wont_fix": "the vendor will not mend it", "deferred": "the vendor has put it off",
        "end_of_life": "the release is out of support", "unknown": "nobody says which version mends it",
        "fixed": "mended by a version that is not above the installed one, or by none that can be named",
    }  # fmt: skip
    upgraded = _upgraded(inventory, targets)
    why_by_purl = {package.purl: place.why for package, place in zip(upgraded.packages, places, strict=True)}
    counts: Counter[str] = Counter()
    for finding in after:
        why = why_by_purl.get(finding.package, "") if finding.fix.versions else ""
        counts[why or words[finding.fix.state]] += 1
    return tuple(Staying(why, count) for why, count in counts.most_common())


def _advice(
    report: Report,
    after: Sequence[Vulnerability],
    inventory: Inventory,
    targets: Mapping[int, str],
    places: Sequence[Place],
    base: str,
) -> Iterable[Advice]:
    upgraded = _upgraded(inventory, targets)
    package_by_purl = {package.purl: (package, place) for package, place in zip(upgraded.packages, places, strict=True)}
    system = [one for one in after if one.package.startswith(tuple(f"pkg:{type}/" for type in SYSTEM))]
    stuck = [one for one in system if one.fix.versions and not package_by_purl[one.package][1].manager]
    old = sum(
        upgrade.type in SYSTEM and bool(upgrade.evidence) and upgrade.evidence[0].layer == 0
        for upgrade in (inventory.packages[index] for index in targets)
    )
    if stuck or old:
        name = f"the base image {base}" if base else "the base image"
        text = f"pull {name} anew (docker build --pull)"
        if stuck:
            text += f": {len(stuck)} findings have a fix, and nothing in the image could install it"
        elif old:
            text += f": {old} of the packages to upgrade are its own, and a newer build may have them already"
        yield Advice("refresh_base", text, len(stuck))
    unfixed = [one for one in system if not one.fix.versions]
    if report.end_of_life and report.end_of_life < report.created[:10] and unfixed:
        name = inventory.distribution.pretty_name if inventory.distribution else "the distribution"
        yield Advice(
            "newer_release", f"move to a supported release: {name} has had no updates since {report.end_of_life}", len(unfixed)
        )
    paid = [one for one in after if one.paid_fix]
    if paid:
        yield Advice("paid_support", "paid support of the distribution has fixes", len(paid))
    owned = [one for one in after if one.fix.versions and package_by_purl[one.package][0].owned_by]
    if owned:
        yield Advice("newer_owner", "wait for the distribution: its packages hold these files", len(owned))
    unmended: Counter[tuple[str, str]] = Counter()
    for one in after:
        if not one.fix.versions:
            package = package_by_purl[one.package][0]
            unmended[package.source.name if package.source else package.name, package.type] += 1
    for (name, type), count in unmended.most_common(3):
        if count >= 3:
            yield Advice("drop_package", f"leave out {name} ({type}) where it is not needed: nothing mends it", count)
