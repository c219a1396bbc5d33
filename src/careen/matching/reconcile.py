"""Where this report and another scanner's differ, and why, claim by claim.

Reasons of what they alone report: ``unknown_package`` (this inventory has no such package), ``another_version`` (it has
another one), ``suppressed`` (a rule or VEX set it aside here), ``not_assessed`` (nothing judges the package here),
``range`` (a source names the flaw and its range does not hold this version, or is outweighed), ``not_named`` (no source
here names it for this package). Of what this report alone has: ``unknown_package`` (they list no such package),
``suppressed`` (they ignore it), ``another_version``, ``only_possible``, ``no_fix`` and ``not_named``. What both have
under different names is ``alias`` and counts as agreed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from careen.formats.packages.purl import parse
from careen.formats.scans.other_scan import Claim, OtherScan
from careen.model.finding import Vulnerability
from careen.model.package import Package
from careen.model.report import Report

from .explain import Explainer

Reason = Literal[
    "alias", "unknown_package", "another_version", "suppressed", "not_assessed", "range", "not_named", "only_possible", "no_fix"
]


class Disagreement(Struct, frozen=True):
    side: Literal["theirs", "ours"]  # who alone reports it
    id: str
    package: str
    version: str
    reason: Reason
    detail: str
    purl: str = ""


class Reconciled(Struct, frozen=True):
    scanner: str
    agreed: int
    aliases: tuple[Disagreement, ...]  # agreed, under another name
    theirs: tuple[Disagreement, ...]
    ours: tuple[Disagreement, ...]


def reconcile(report: Report, other: OtherScan, explainer: Explainer) -> Reconciled:
    flaws = [one for one in report.findings if isinstance(one, Vulnerability)]
    places = _Places(report.inventory.packages)
    claims_by_package: dict[str, list[Claim]] = defaultdict(list)
    told: set[int] = set()  # our findings that they have too
    agreed, aliases, theirs = 0, [], []
    flaws_by_purl: dict[str, list[tuple[int, Vulnerability]]] = defaultdict(list)
    for index, flaw in enumerate(flaws):
        flaws_by_purl[flaw.package].append((index, flaw))
    for claim in other.claims:
        here = places.of(claim)
        for package in here:
            claims_by_package[package.purl].append(claim)
        if claim.suppressed:
            continue
        same = [pair for package in here for pair in flaws_by_purl[package.purl] if _is_same(pair[1], claim.ids)]
        if not same:
            same, why = _by_alias(claim, here, flaws_by_purl, explainer)
            if why:
                aliases.append(why)
        if same:
            agreed += 1
            told.update(index for index, _ in same)
        else:
            theirs.append(_theirs(claim, here, places, explainer))
    ours = [_ours(flaw, claims_by_package[flaw.package], other) for index, flaw in enumerate(flaws) if index not in told]
    return Reconciled(other.scanner, agreed, tuple(aliases), tuple(theirs), tuple(ours))


class _Places:
    """Finds the packages of a claim: by purl or name, and by version."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._by_name: dict[str, list[Package]] = defaultdict(list)
        for package in packages:
            for name in _spellings(package):
                self._by_name[name].append(package)

    def named(self, claim: Claim) -> list[Package]:
        type = claim.type or claim.purl.removeprefix("pkg:").partition("/")[0]
        names = dict.fromkeys(name.lower() for name in (claim.package, _purl_name(claim.purl)) if name)
        found = {id(one): one for name in names for one in self._by_name.get(name, ())}
        return [one for one in found.values() if not type or one.type == type]

    def of(self, claim: Claim) -> list[Package]:
        return [one for one in self.named(claim) if _is_version(one, claim.version)]


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
    """Epochs, and a ``v``, are written by some and left out by others."""
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


def _is_same(flaw: Vulnerability, ids: Sequence[str]) -> bool:
    return not {flaw.id, *flaw.aliases}.isdisjoint(ids)


def _by_alias(
    claim: Claim,
    here: Sequence[Package],
    flaws_by_purl: dict[str, list[tuple[int, Vulnerability]]],
    explainer: Explainer,
) -> tuple[list[tuple[int, Vulnerability]], Disagreement | None]:
    """Their id may be a name of a flaw that this report has under another."""
    purls = [package.purl for package in here if flaws_by_purl[package.purl]]
    if not purls:
        return [], None
    ids = explainer.explain(claim.ids[0], purls[0]).ids
    same = [pair for purl in purls for pair in flaws_by_purl[purl] if _is_same(pair[1], ids)]
    if not same:
        return [], None
    return same, Disagreement(
        "theirs", claim.ids[0], claim.package, claim.version, "alias", f"{same[0][1].id} here", same[0][1].package
    )


def _theirs(claim: Claim, here: Sequence[Package], places: _Places, explainer: Explainer) -> Disagreement:
    def because(reason: Reason, detail: str, purl: str = "") -> Disagreement:
        return Disagreement("theirs", claim.ids[0], claim.package, claim.version, reason, detail, purl)

    if not here:
        versions = sorted({package.version for package in places.named(claim)})
        if versions:
            return because("another_version", f"found here as {', '.join(versions[:5])}")
        return because("unknown_package", "no such package was found in this image")
    for id in claim.ids:
        judged = [one for package in here for one in explainer.explain(id, package.purl).judgements]
        for one in judged:
            if one.outcome == "set_aside":
                return because("suppressed", one.why, one.purl)
        for one in judged:
            if one.outcome == "not_found" and one.statements:
                return because("range", one.why, one.purl)
    unjudged = next((one for one in judged if one.outcome == "not_judged"), None)
    if unjudged:
        return because("not_assessed", unjudged.why, unjudged.purl)
    asked = sorted({asked.source for one in judged for asked in one.asked})
    return because("not_named", f"no source names it for this package (asked: {', '.join(asked) or 'none'})", here[0].purl)


def _ours(flaw: Vulnerability, claims: Sequence[Claim], other: OtherScan) -> Disagreement:
    def because(reason: Reason, detail: str) -> Disagreement:
        return Disagreement("ours", flaw.id, flaw.package_name, flaw.package_version, reason, detail, flaw.package)

    same = [claim for claim in claims if _is_same(flaw, claim.ids)]
    if any(claim.suppressed for claim in same):
        return because("suppressed", f"{other.scanner} ignores it")
    if other.packages and other.packages.isdisjoint(_names(flaw)):
        return because("unknown_package", f"{other.scanner} lists no such package; here: {flaw.reason}")
    elsewhere = [claim.version for claim in other.claims if claim.package.lower() in _names(flaw) and _is_same(flaw, claim.ids)]
    if elsewhere:
        return because("another_version", f"{other.scanner} has it for {', '.join(sorted(set(elsewhere))[:5])}")
    if flaw.confidence == "possible":
        return because("only_possible", f"possible only, and it gates nothing: {flaw.reason}")
    if not flaw.fix.versions:
        return because(
            "no_fix", f"no version mends it ({flaw.fix.state}); {other.scanner} may leave such flaws out: {flaw.reason}"
        )
    about = f"reports {len(claims)} others of the package" if claims else "reports nothing of the package"
    return because("not_named", f"{other.scanner} {about}; here: {flaw.reason}")


def _names(flaw: Vulnerability) -> set[str]:
    return {flaw.package_name.lower(), _purl_name(flaw.package)}
