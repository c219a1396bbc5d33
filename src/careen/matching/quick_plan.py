"""The plan of ``careen fix``, fast enough to be part of every scan: only packages that are upgraded are matched again.

Without a way to match them, the fixed versions that the findings name decide: a vulnerability that only a newer version has
is then not in the plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, takewhile

from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.model.plan import Plan
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme

from .bundles import Bundles
from .keys import Key, keys_of
from .remedy import Reassess, plan, targets_of
from .upgrades import SYSTEM, Place, is_manager


def quick_plan(
    report: Report,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    reassess: Reassess | None = None,
) -> Plan | None:
    """None if the report has no vulnerability. ``reassess`` gives the findings of packages that are upgraded."""
    findings = [finding for finding in report.findings if isinstance(finding, Vulnerability)]
    if not findings:
        return None
    packages = _involved(report.inventory.packages, findings)
    keys = {
        type: keys_of(schemes[ecosystems[type].scheme])
        for type in {package.type for package in packages}
        if type in ecosystems and ecosystems[type].scheme in schemes
    }
    of_package = _by_package(packages, findings)

    def left(inventory: Inventory) -> list[Vulnerability]:
        remaining: list[Vulnerability] = []
        for package, before, found in zip(inventory.packages, packages, of_package, strict=True):
            if package is before:
                remaining += found
            else:
                key = keys[package.type]
                remaining += _of(package, [finding for finding in found if not _fixes(package, finding, key)])
        return remaining

    matched: dict[tuple[tuple[int, str], ...], Sequence[Vulnerability]] = {}  # by the new versions

    def left_or_new(inventory: Inventory) -> list[Vulnerability]:
        """Of packages that stay, the findings of the report; of upgraded ones, those of their new versions."""
        pairs = list(zip(inventory.packages, packages, strict=True))
        upgraded = {index: package for index, (package, before) in enumerate(pairs) if package is not before}
        if reassess is None or not upgraded:
            return left(inventory)
        versions = tuple((index, package.version) for index, package in upgraded.items())
        if versions not in matched:
            matched[versions] = reassess(replace(inventory, packages=tuple(upgraded.values())))
        stays = (found for index, found in enumerate(of_package) if index not in upgraded)
        return [*chain.from_iterable(stays), *matched[versions]]

    inventory = replace(report.inventory, packages=packages)
    made = plan(replace(report, inventory=inventory), left_or_new, schemes, ecosystems)
    upgraded = {upgrade.purl for action in made.actions for upgrade in action.upgrades}
    every = targets_of(inventory, left, keys, [Place("any")] * len(packages))
    versions = {packages[index].purl: to for index, to in every.items() if packages[index].type in SYSTEM}
    return replace(made, versions={purl: to for purl, to in versions.items() if purl not in upgraded})


def _involved(packages: Sequence[Package], findings: Iterable[Vulnerability]) -> tuple[Package, ...]:
    """The packages with findings, those that are upgraded with them, their owners, and the package managers."""
    purls = {finding.package for finding in findings}
    affected = [package for package in packages if package.purl in purls]
    sources = {(package.type, package.source) for package in affected if package.source and package.type in SYSTEM}
    bundles = Bundles(packages)
    owners = {name for package in affected for name in bundles.owner_of(package).split(" and ")}
    chosen = set(map(id, affected))
    return tuple(
        package
        for package in packages
        if id(package) in chosen
        or (package.source and (package.type, package.source) in sources)
        or package.name in owners
        or is_manager(package)
    )


def _by_package(packages: Sequence[Package], findings: Iterable[Vulnerability]) -> list[list[Vulnerability]]:
    """The findings of each package: of several copies of one, those with its paths."""
    exact: dict[tuple[str, tuple[str, ...]], list[Vulnerability]] = {}
    for finding in findings:
        exact.setdefault((finding.package, finding.paths), []).append(finding)
    any_place: dict[str, list[Vulnerability]] = {}
    for (purl, _), found in exact.items():
        any_place.setdefault(purl, []).extend(found)
    taken = set[int]()
    answer = []
    for package in packages:
        paths = _paths(package)
        found = exact.get((package.purl, paths), any_place.get(package.purl, []))
        answer.append(_of(package, [finding for finding in found if id(finding) not in taken]))
        taken.update(map(id, found))
    return answer


def _of(package: Package, findings: list[Vulnerability]) -> list[Vulnerability]:
    """The same findings, of this package in its places."""
    if not findings:
        return []
    purl, paths = package.purl, _paths(package)
    is_same = all(finding.package == purl and finding.paths == paths for finding in findings)
    return findings if is_same else [replace(finding, package=purl, paths=paths) for finding in findings]


def _paths(package: Package) -> tuple[str, ...]:
    return tuple(sorted({place.path for place in package.evidence}))


def _fixes(package: Package, finding: Vulnerability, key: Key) -> bool:
    """Whether the package's new version is one that the finding names as fixed, or a later one of the same branch."""
    version = package.source.version if package.source and package.type in ("deb", "apk") else package.version
    fixes = [(key(text), text) for text in finding.fix.versions]
    # Upstream versions have no epoch, packages of them may have one.
    has_epochs = any(":" in text for _, text in fixes)
    mine = key(version if has_epochs else version.rpartition(":")[2])
    if mine is None or any(place is None for place, _ in fixes):
        return False
    reached = [(place, text) for place, text in fixes if place and place <= mine]
    above = [(place, text) for place, text in fixes if place and place > mine]
    if not reached or not above:
        return bool(reached)
    return _same_branch(version, max(reached)[1], min(above)[1])


def _same_branch(version: str, fixed: str, next_fixed: str) -> bool:
    """Of the fixes 3.2.15 and 4.0.7, 3.2.16 has the first one and 4.0.1 has none."""
    fixed_parts, next_parts, parts = (list(_parts(text)) for text in (fixed, next_fixed, version))
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(fixed_parts, next_parts, strict=False))))
    return parts[: shared + 1] == fixed_parts[: shared + 1]


def _parts(version: str) -> Iterator[str]:
    return iter(version.removeprefix("v").split("."))
