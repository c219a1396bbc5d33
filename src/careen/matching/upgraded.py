"""An inventory after upgrades, and the findings that a scan of it would report.

Packages keep their index. A package that is also in places that nothing changes stays there in its old version, as an
additional package at the end. Packages that get the same purl are one package to a scan, as ``layers.bind`` merges
them.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package, Presence, Source

from .place import Place

Changeable = Callable[[Place], bool]


def upgraded(
    inventory: Inventory,
    targets: Mapping[int, str],
    places: Sequence[Sequence[Place]],
    is_changed: Changeable = lambda place: bool(place.manager),
) -> Inventory:
    """The inventory after upgrades. ``targets``: the new version of each package, by its index. ``places``: a place for
    each evidence of a package.
    """
    packages, staying = list(inventory.packages), []
    for index, to in targets.items():
        package = packages[index]
        changed = [is_changed(place) for place in places[index]]
        if not any(changed):
            continue
        if not all(changed):
            kept = tuple(found for found, moves in zip(package.evidence, changed, strict=True) if not moves)
            staying.append(replace(package, evidence=kept))
        moved = package.evidence and tuple(found for found, moves in zip(package.evidence, changed, strict=True) if moves)
        packages[index] = _in_version(replace(package, evidence=moved), to)
    return replace(inventory, packages=(*packages, *staying))


def _in_version(package: Package, to: str) -> Package:
    old = package.version
    evidence = (
        tuple(Evidence(found.path.replace(old, to), found.layer) for found in package.evidence) if old else package.evidence
    )
    # Binary packages may have their own versions; advisories contain the source package's.
    source = Source(package.source.name, to) if package.source else None
    # The new version is known, whatever versions fitted the content of the old one.
    return replace(package, version=to, source=source, evidence=evidence, origin=None)


def distinct(findings: Sequence[Vulnerability], packages: Sequence[Package]) -> list[Vulnerability]:
    """The findings, without duplicates from packages that have become the same and that a scan would merge."""
    purls = [package.purl for package in packages]
    if len(set(purls)) == len(purls):
        return list(findings)
    groups: dict[tuple[str, tuple[str, ...]], tuple[str | None, Presence]] = {}
    installed: dict[str, tuple[str | None, Presence]] = {}
    for purl, package in zip(purls, packages, strict=True):
        groups[purl, paths_of(package)] = group = (package.owned_by, package.presence)
        if package.presence in ("present", "partial"):
            installed.setdefault(purl, group)
    for (purl, paths), group in groups.items():
        if group[1] == "declared":
            groups[purl, paths] = installed.get(purl, group)
    return list(
        {
            (finding.id, finding.package, groups.get((finding.package, finding.paths))): finding
            for finding in reversed(findings)
        }.values()
    )[::-1]


def paths_of(package: Package) -> tuple[str, ...]:
    return tuple(sorted({found.path for found in package.evidence}))
