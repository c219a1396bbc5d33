"""Matches packages that are identified by their content alone: each version that fits the content is matched, and the
findings are joined.

Such a package (a component) has one finding for each vulnerability. The finding is *likely* if the certainty of the
identification (``Origin.band``) is ``exact`` or ``high`` and all versions that fit are affected, else *possible*. If
the content is that of no known version, a vulnerability of the next older or newer one is *possible* as well.
Evidence of a fix in the code itself overrides the version: vulnerable code makes a finding, and fixed code suppresses
the finding if the knowledge base is trusted, or else makes it *possible*.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from careen.model.finding import Suppressed, SuppressedBy, Vulnerability
from careen.model.inventory import Inventory
from careen.model.origin import Origin, PatchState
from careen.model.package import Package
from careen.model.report import Reason
from careen.output.lines import plural

from .causes import NoPublicSource, gap_in, reason_of
from .findings import fingerprint, place_of
from .match import Matched

# A function that makes the finding of a vulnerability in a package, regardless of its version.
ByCode = Callable[[Package, str], Vulnerability]

SURE = ("exact", "high")
MAX_VERSIONS = 200  # versions of one component; if there are more, an evenly spaced selection
SOURCE = "the code itself"
MISSING = ("no_advisories", "partial_source", "archive_only", "unread_archive")


def apart(inventory: Inventory) -> tuple[Inventory, tuple[Package, ...]]:
    """Splits the packages: the inventory without those that are identified by their content alone, and these."""
    components = tuple(package for package in inventory.packages if package.origin)
    if not components:
        return inventory, ()
    return replace(inventory, packages=tuple(package for package in inventory.packages if not package.origin)), components


def versions_of(inventory: Inventory, components: Iterable[Package]) -> Inventory:
    """The inventory with other packages: each version of each component, at most ``MAX_VERSIONS`` of one component."""
    packages = {package.purl: package for component in components for package in _versions(component)}
    return replace(inventory, packages=tuple(packages.values()))


def with_components(matched: Matched, found: Matched, components: Sequence[Package], by_code: ByCode) -> Matched:
    """Adds the findings of components to ``matched``. ``found`` are the matches of ``versions_of``."""
    by_purl: dict[str, list[Vulnerability]] = {}
    for finding in found.findings:
        by_purl.setdefault(finding.package, []).append(finding)
    findings, fixed = list(matched.findings), list(matched.fixed)
    for component in components:
        for finding, by in _of_component(component, by_purl, by_code):
            if by:
                fixed.append(Suppressed(finding, by))
            else:
                findings.append(finding)
    findings.sort(key=lambda finding: (-finding.risk, finding.id, finding.package, finding.paths))
    return replace(
        matched,
        findings=tuple(findings),
        fixed=tuple(fixed),
        reasons=(*matched.reasons, *_reasons(matched, found, components)),
        namespaces=tuple(sorted({*matched.namespaces, *found.namespaces})),
        assessed=matched.assessed + sum(_is_assessable(component) for component in components),
    )


def _versions(component: Package) -> list[Package]:
    origin = component.origin
    if origin is None:
        return []
    versions = origin.versions
    if len(versions) > MAX_VERSIONS:
        last = len(versions) - 1
        versions = tuple(versions[round(index * last / (MAX_VERSIONS - 1))] for index in range(MAX_VERSIONS))
    return [_at(component, version) for version in (*origin.around, *versions)]


def _at(component: Package, version: str) -> Package:
    cpe = ":".join((*component.cpe.split(":")[:5], version, *component.cpe.split(":")[6:])) if component.cpe else None
    return replace(component, version=version, cpe=cpe, owned_by=None, origin=None, confidence=1.0)


def _of_component(
    component: Package, by_purl: Mapping[str, list[Vulnerability]], by_code: ByCode
) -> "list[tuple[Vulnerability, SuppressedBy | None]]":
    origin = component.origin
    if origin is None:
        return []
    versions = _versions(component)
    affected: dict[str, list[Vulnerability]] = {}
    for version in versions:
        for finding in by_purl.get(version.purl, ()):
            affected.setdefault(finding.id, []).append(finding)
    states = {fix.cve: fix for fix in origin.fixes}
    made = []
    for id, found in affected.items():
        fix = next((states[name] for name in (id, *found[-1].aliases) if name in states), None)
        made.append(_joined(component, origin, found, len(versions) - len(origin.around), fix))
    named = {name for found in affected.values() for name in (found[-1].id, *found[-1].aliases)}
    for fix in origin.fixes:
        if fix.state == "vulnerable" and fix.cve not in named:
            finding = by_code(component, fix.cve)
            made.append((_placed(finding, component, _because(fix), origin.band in SURE), None))
    return made


def _joined(
    component: Package, origin: Origin, found: Sequence[Vulnerability], versions: int, fix: PatchState | None
) -> "tuple[Vulnerability, SuppressedBy | None]":
    """Joins the findings of one vulnerability in several versions, of which ``versions`` fit. The newest affected version
    provides the text. The second value states why the finding is suppressed; None if it is not.
    """
    newest = found[-1]
    found = [finding for finding in found if finding.package_version not in origin.around]
    is_everywhere = len(found) == versions and not origin.nearest
    is_likely = origin.band in SURE and is_everywhere and all(finding.confidence != "possible" for finding in found)
    about = f"code of {origin.project} ({origin.band}), by its content"
    if not found:
        near = "the nearest known one" if origin.nearest else "the one that it is most like"
        about += f": its version is not certain; {newest.package_version}, next to {near}, is affected"
    elif versions > 1 or origin.nearest:
        count = (
            f"{len(found)} of {plural(versions, 'version')} that explain it" if versions > 1 else "the nearest known version"
        )
        about += f": {count} ({'is' if len(found) == 1 else 'are'} affected)"
    reason = f"{about}; {newest.reason}"
    if fix is None or fix.state == "unknown":
        return _placed(newest, component, reason, is_likely), None
    finding = _placed(newest, component, f"{reason}; {_because(fix)}", is_likely if fix.state == "fixed" else True)
    if fix.state == "vulnerable":
        return replace(finding, confidence="likely" if origin.band in SURE else "possible"), None
    if origin.proven:
        return finding, SuppressedBy("vex", SOURCE, _because(fix), status="fixed")
    return replace(finding, confidence="possible"), None


def _because(fix: PatchState) -> str:
    shown = f" ({fix.evidence})" if fix.evidence else ""
    return f"its copy of the code that the patch for {fix.cve} changes is {fix.state}{shown}"


def _placed(finding: Vulnerability, component: Package, reason: str, is_likely: bool) -> Vulnerability:
    place = place_of(component)
    owners = component.origin.owners if component.origin else ()
    advice = f"; it is part of {', '.join(owners[:3])}, which has to be upgraded" if owners else ""
    return replace(
        finding,
        package=place.purl,
        package_name=component.name,
        package_version=component.version,
        paths=place.paths,
        layer=place.layer,
        last_layer=place.last_layer,
        reason=reason + advice,
        confidence="likely" if is_likely else "possible",
        fingerprint=fingerprint("vulnerability", finding.id, place),
    )


def _is_assessable(component: Package) -> bool:
    return component.type != "generic" or component.cpe is not None


def _reasons(matched: Matched, found: Matched, components: Sequence[Package]) -> Iterator[Reason]:
    """Reasons why components could not be assessed. Each component is counted once, not each of its versions."""
    known = {(reason.code, reason.subjects) for reason in matched.reasons}
    for reason in found.reasons:
        if reason.code in MISSING and (reason.code, reason.subjects) not in known:
            yield replace(reason, packages=min(reason.packages, len(components)))
    if nameless := [component for component in components if not _is_assessable(component)]:
        yield reason_of(gap_in(NoPublicSource("code without a name in advisories"), nameless))
