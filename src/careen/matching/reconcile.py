"""Where this report and another scanner's differ, and why, finding by finding.

Why only the other scanner reports a finding: ``unknown_package`` (not in this inventory), ``another_version`` (this
inventory has another version), ``suppressed`` (this report suppresses it, by a rule or VEX), ``not_assessed`` (this
scan did not assess the package), ``range`` (an advisory has the vulnerability for the package, but does not affect this
version, or does not count), ``not_named`` (no source of this scan has the vulnerability for the package).
Why only this report has it: ``unknown_package`` (not in their inventory), ``suppressed`` (they ignore it),
``another_version`` (they report it for another version), ``only_possible`` (no gate counts it), ``no_fix`` (they may leave
out what has no fix) and ``not_named`` (no other reason applies). A finding that both have under different ids is ``alias``
and counts as agreed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, field

from careen.formats.packages.purl import parse
from careen.formats.scans.other_scan import Claim, OtherScan
from careen.model.finding import Vulnerability
from careen.model.package import Package
from careen.model.report import Report

from .explain import Explainer

Code = Literal[
    "alias", "unknown_package", "another_version", "suppressed", "not_assessed", "range", "not_named", "only_possible", "no_fix"
]


class Disagreement(Struct, frozen=True):
    side: Literal["theirs", "ours"]  # the report that has the finding
    id: str
    package: str
    version: str
    code: Code = field(name="reason")
    detail: str
    purl: str = ""


class Reconciled(Struct, frozen=True):
    scanner: str
    agreed: int  # findings of the other scanner that this report has too
    aliases: tuple[Disagreement, ...]  # agreed, under another id
    theirs: tuple[Disagreement, ...]
    ours: tuple[Disagreement, ...]


def reconcile(report: Report, other: OtherScan, explainer: Explainer) -> Reconciled:
    """Compares the vulnerabilities of a report with those of another scanner. Those that the other one ignores do not count
    as its findings, but explain ours.
    """
    findings = [found for found in report.findings if isinstance(found, Vulnerability)]
    places = _Places(report.inventory.packages)
    claims_by_package: dict[str, list[Claim]] = defaultdict(list)
    shared: set[int] = set()  # indices of our findings that they have too
    agreed, aliases, theirs = 0, [], []
    by_purl: dict[str, list[tuple[int, Vulnerability]]] = defaultdict(list)
    for index, finding in enumerate(findings):
        by_purl[finding.package].append((index, finding))
    for claim in other.claims:
        here = places.of(claim)
        for package in here:
            claims_by_package[package.purl].append(claim)
        if claim.suppressed:
            continue
        same = [pair for package in here for pair in by_purl[package.purl] if _is_same(pair[1], claim.ids)]
        if not same:
            same, alias = _by_alias(claim, here, by_purl, explainer)
            if alias:
                aliases.append(alias)
        if same:
            agreed += 1
            shared.update(index for index, _ in same)
        else:
            theirs.append(_theirs(claim, here, places, explainer))
    ours = [
        _ours(finding, claims_by_package[finding.package], other)
        for index, finding in enumerate(findings)
        if index not in shared
    ]
    return Reconciled(other.scanner, agreed, tuple(aliases), tuple(theirs), tuple(ours))


class _Places:
    """Finds the packages of a claim by purl or name, and by version."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._by_name: dict[str, list[Package]] = defaultdict(list)
        for package in packages:
            for name in _spellings(package):
                self._by_name[name].append(package)

    def named(self, claim: Claim) -> list[Package]:
        """The packages with the name and type of the claim, in any version."""
        type = claim.type or claim.purl.removeprefix("pkg:").partition("/")[0]
        names = dict.fromkeys(name.lower() for name in (claim.package, _purl_name(claim.purl)) if name)
        found = {id(package): package for name in names for package in self._by_name.get(name, ())}
        return [package for package in found.values() if not type or package.type == type]

    def of(self, claim: Claim) -> list[Package]:
        return [package for package in self.named(claim) if _is_version(package, claim.version)]


def _spellings(package: Package) -> set[str]:
    name = package.name.lower()
    short = {name.rpartition(":")[2]} if package.type == "maven" else set()
    return {name, _purl_name(package.purl), name.replace("_", "-"), name.replace(":", "/"), *short}


def _purl_name(purl: str) -> str:
    try:
        found = parse(purl)
    except ValueError:
        return ""
    return (
        f"{found.namespace}/{found.name}".lower()
        if found.namespace and found.type not in ("deb", "rpm", "apk")
        else found.name.lower()
    )


def _is_version(package: Package, version: str) -> bool:
    """Whether the package has this version. Some scanners write epochs and a leading ``v``, others do not."""
    mine = {package.version, package.version.partition(":")[2] or package.version}
    if package.source:
        mine.add(package.source.version)
    plain = {text.removeprefix("v").removeprefix("go") for text in mine}
    return (
        not version
        or version in mine
        or version.partition(":")[2] in mine
        or version.removeprefix("v").removeprefix("go") in plain
    )


def _is_same(finding: Vulnerability, ids: Sequence[str]) -> bool:
    return not {finding.id, *finding.aliases}.isdisjoint(ids)


def _by_alias(
    claim: Claim,
    here: Sequence[Package],
    by_purl: dict[str, list[tuple[int, Vulnerability]]],
    explainer: Explainer,
) -> tuple[list[tuple[int, Vulnerability]], Disagreement | None]:
    """Our findings whose vulnerability has the other scanner's id as an alias, and the entry that names both ids; an empty
    list and None if there is no such finding.
    """
    purls = [package.purl for package in here if by_purl[package.purl]]
    if not purls:
        return [], None
    ids = explainer.explain(claim.ids[0], purls[0]).ids
    same = [pair for purl in purls for pair in by_purl[purl] if _is_same(pair[1], ids)]
    if not same:
        return [], None
    ours = same[0][1]
    detail = f"this report has it as {ours.id}"
    return same, Disagreement("theirs", claim.ids[0], claim.package, claim.version, "alias", detail, ours.package)


def _theirs(claim: Claim, here: Sequence[Package], places: _Places, explainer: Explainer) -> Disagreement:
    def because(code: Code, detail: str, purl: str = "") -> Disagreement:
        return Disagreement("theirs", claim.ids[0], claim.package, claim.version, code, detail, purl)

    if not here:
        versions = sorted({package.version for package in places.named(claim)})
        if versions:
            return because("another_version", f"this image has {', '.join(versions[:5])}")
        return because("unknown_package", "no such package in this image")
    for id in claim.ids:
        explained = [entry for package in here for entry in explainer.explain(id, package.purl).of_packages]
        for entry in explained:
            if entry.outcome == "set_aside":
                return because("suppressed", entry.why, entry.purl)
        for entry in explained:
            if entry.outcome == "not_found" and entry.statements:
                return because("range", entry.why, entry.purl)
    unassessed = next((entry for entry in explained if entry.outcome == "not_judged"), None)
    if unassessed:
        return because("not_assessed", unassessed.why, unassessed.purl)
    sources = sorted({source.source for entry in explained for source in entry.sources})
    listed = ", ".join(sources) or "none"
    return because("not_named", f"none of the sources names it for this package ({listed})", here[0].purl)


def _ours(finding: Vulnerability, claims: Sequence[Claim], other: OtherScan) -> Disagreement:
    def because(code: Code, detail: str) -> Disagreement:
        return Disagreement("ours", finding.id, finding.package_name, finding.package_version, code, detail, finding.package)

    same = [claim for claim in claims if _is_same(finding, claim.ids)]
    if any(claim.suppressed for claim in same):
        return because("suppressed", f"{other.scanner} ignores it")
    if other.packages and other.packages.isdisjoint(_names(finding)):
        return because("unknown_package", f"{other.scanner} does not list this package; here: {finding.reason}")
    names = _names(finding)
    elsewhere = [claim.version for claim in other.claims if claim.package.lower() in names and _is_same(finding, claim.ids)]
    if elsewhere:
        return because("another_version", f"{other.scanner} reports it for {', '.join(sorted(set(elsewhere))[:5])}")
    if finding.confidence == "possible":
        return because("only_possible", f"only possible, so no gate counts it: {finding.reason}")
    if not finding.fix.versions:
        return because(
            "no_fix",
            f"no version fixes it ({finding.fix.state}); {other.scanner} may leave such findings out: {finding.reason}",
        )
    about = f"reports {len(claims)} other findings of the package" if claims else "reports nothing for the package"
    return because("not_named", f"{other.scanner} {about}; here: {finding.reason}")


def _names(finding: Vulnerability) -> set[str]:
    return {finding.package_name.lower(), _purl_name(finding.package)}
