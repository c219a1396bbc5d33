"""The plan of ``careen fix``, fast enough to be part of every scan: only packages that are upgraded are matched again.

For a distribution's own packages the fixed versions in the findings suffice, because its advisories affect all versions
below a fixed one. Without a function that matches packages (``reassess``), the fixed versions in the findings are used for
all packages: the plan then lacks vulnerabilities that only a newer version has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, takewhile

from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Package, Source
from careen.model.plan import Plan
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme

from .bundles import Bundles
from .keys import Key, keys_by_type
from .place import Place
from .places import SYSTEM, clients_of, is_manager
from .remedy import Reassess, plan, targets_of
from .upgraded import paths_of


def quick_plan(
    report: Report,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    reassess: Reassess | None = None,
) -> Plan | None:
    """The plan for a report's vulnerabilities; None if it has none. ``reassess`` matches the upgraded packages."""
    findings = [finding for finding in report.findings if isinstance(finding, Vulnerability)]
    if not findings:
        return None
    packages = _involved(report.inventory.packages, findings)
    keys = keys_by_type(packages, schemes, ecosystems)
    of_package = _by_package(packages, findings)
    not_fixed = _NotFixed(of_package, keys)

    by_purl = {package.purl: found for package, found in zip(packages, of_package, strict=True)}

    def stays(inventory: Inventory) -> Iterator[Vulnerability]:
        """The report's findings of packages that keep their old version, including places that are not changed."""
        for index, package in enumerate(inventory.packages):
            if index >= len(packages):
                yield from _of(package, by_purl[package.purl])
            elif package is packages[index]:
                yield from of_package[index]

    def moved(inventory: Inventory) -> dict[int, Package]:
        pairs = enumerate(zip(inventory.packages, packages, strict=False))
        return {index: package for index, (package, before) in pairs if package is not before}

    def left(inventory: Inventory) -> list[Vulnerability]:
        changed = moved(inventory).items()
        return [*stays(inventory), *chain.from_iterable(not_fixed.of(index, package) for index, package in changed)]

    matched: dict[tuple[Package, ...], Sequence[Vulnerability]] = {}

    def left_or_new(inventory: Inventory) -> list[Vulnerability]:
        """The findings after upgrades: those of the report for packages that stay, and new ones for upgraded packages."""
        if reassess is None:
            return left(inventory)
        found = [*stays(inventory)]
        upgraded = []
        for index, package in moved(inventory).items():
            if _is_distributions(package):
                found += not_fixed.of(index, package)
            else:
                upgraded.append(package)
        key = tuple(upgraded)
        if key and key not in matched:
            matched[key] = reassess(replace(inventory, packages=key))
        return [*found, *matched.get(key, ())]

    inventory = replace(report.inventory, packages=packages)
    clients = clients_of(report.inventory.packages, report.inventory.projects)
    made = plan(replace(report, inventory=inventory), left_or_new, schemes, ecosystems, clients=clients)
    upgraded = {upgrade.purl for action in made.actions for upgrade in action.upgrades}
    if not _can_upgrade_more(zip(packages, of_package, strict=True), upgraded):
        return made
    any_place = [(Place("any"),) * max(len(package.evidence), 1) for package in packages]
    every = targets_of(inventory, left, keys, any_place)
    versions = {packages[index].purl: to for index, to in every.items() if packages[index].type in SYSTEM}
    return replace(made, versions={purl: to for purl, to in versions.items() if purl not in upgraded})


def _can_upgrade_more(found: Iterable[tuple[Package, list[Vulnerability]]], upgraded: Collection[str]) -> bool:
    """Whether a package of the system has a fix but is in no action, because the image has no manager to upgrade it."""
    system = ((package, findings) for package, findings in found if package.type in SYSTEM and package.purl not in upgraded)
    return any(finding.fix.versions for _, findings in system for finding in findings)


def _involved(packages: Sequence[Package], findings: Iterable[Vulnerability]) -> tuple[Package, ...]:
    """The packages with findings, those that are upgraded with them, their owners, and the package managers."""
    purls = {finding.package for finding in findings}
    affected = [package for package in packages if package.purl in purls]
    sources = {(package.type, package.source) for package in affected if package.source and package.type in SYSTEM}
    bundles = Bundles(packages)
    owners = {name for package in affected for name in bundles.owners_of(package)}
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
    """The findings of each package. If there are several copies, each gets those with its own paths."""
    exact: dict[tuple[str, tuple[str, ...]], list[Vulnerability]] = {}
    for finding in findings:
        exact.setdefault((finding.package, finding.paths), []).append(finding)
    any_place: dict[str, list[Vulnerability]] = {}
    for (purl, _), found in exact.items():
        any_place.setdefault(purl, []).extend(found)
    taken = set[int]()
    by_package = []
    for package in packages:
        paths = paths_of(package)
        found = exact.get((package.purl, paths), any_place.get(package.purl, []))
        by_package.append(_of(package, [finding for finding in found if id(finding) not in taken]))
        taken.update(map(id, found))
    return by_package


def _of(package: Package, findings: list[Vulnerability]) -> list[Vulnerability]:
    """The findings, with the purl and the paths of this package."""
    if not findings:
        return []
    purl, paths = package.purl, paths_of(package)
    is_same = all(finding.package == purl and finding.paths == paths for finding in findings)
    return findings if is_same else [replace(finding, package=purl, paths=paths) for finding in findings]


class _NotFixed:
    """The findings that a package's new version does not fix, according to the fixed versions in the findings."""

    def __init__(self, of_package: Sequence[list[Vulnerability]], keys: Mapping[str, Key]) -> None:
        self._of_package, self._keys = of_package, keys
        self._known: dict[tuple[int, str, Source | None], list[Vulnerability]] = {}

    def of(self, index: int, package: Package) -> list[Vulnerability]:
        """The remaining findings of the package at this index in its new version. Results are cached, because a plan
        has several rounds.
        """
        version = (index, package.version, package.source)
        if version not in self._known:
            key = self._keys[package.type]
            fixes = cache(lambda versions: _fixes(package, versions, key))  # many findings name the same versions
            self._known[version] = [finding for finding in self._of_package[index] if not fixes(finding.fix.versions)]
        return _of(package, self._known[version])


def _fixes(package: Package, versions: Sequence[str], key: Key) -> bool:
    """Whether the package's new version is one of these fixed versions, or a later one of the same branch."""
    version = package.source.version if package.source and package.type in ("deb", "apk") else package.version
    fixes = [(key(text), text) for text in versions]
    # Upstream versions have no epoch, but packages of them may have one.
    has_epochs = any(":" in text for _, text in fixes)
    mine = key(version if has_epochs else version.rpartition(":")[2])
    if mine is None or any(place is None for place, _ in fixes):
        return False
    reached = [(place, text) for place, text in fixes if place and place <= mine]
    above = [(place, text) for place, text in fixes if place and place > mine]
    if not reached or not above or _is_distributions(package):  # each advisory of a distribution has to be met
        return bool(reached) and not above
    return _same_branch(version, max(reached)[1], min(above)[1])


def _is_distributions(package: Package) -> bool:
    """Whether a distribution's advisories assess the package. Advisories of upstream software may list several
    branches.
    """
    return package.type in SYSTEM and package.vendor != "third_party"


def _same_branch(version: str, fixed: str, next_fixed: str) -> bool:
    """Whether a version is on the branch of the first fix. With fixes 3.2.15 and 4.0.7, 3.2.16 is and 4.0.1 is not."""
    fixed_parts, next_parts, parts = (list(_parts(text)) for text in (fixed, next_fixed, version))
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(fixed_parts, next_parts, strict=False))))
    return parts[: shared + 1] == fixed_parts[: shared + 1]


def _parts(version: str) -> Iterator[str]:
    return iter(version.removeprefix("v").split("."))
