"""Makes the finding of an assessed vulnerability: severity, score, fix, the explaining comparison, a stable
fingerprint.
"""

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, Cvss, Epss, Exploited, Malicious, Severity, VulnerabilityRecord
from careen.model.finding import AdvisoryReference, EpssScore, Fix, FixState, Vulnerability, Weakness
from careen.model.package import Package

from .aliases import MatchedVulnerability
from .assess import Assessed
from .channels import title as channel_title
from .distributions import title_of
from .earlier import Earlier
from .finding_texts import Because, because_text, malicious_text
from .keys import Key
from .ranges import Match
from .risk import risk_of
from .severity import best, severity_of
from .subject import Subject

EXPLOITS = "exploitdb"  # the source of published exploits


class Facts(Struct, frozen=True):
    """What is known about one vulnerability, whichever package has it."""

    records: list[VulnerabilityRecord]
    cvss: tuple[Cvss, ...]
    best: Cvss | None  # of these scores
    epss: Epss | None
    exploited: bool | None  # None if the catalogue is not loaded
    exploit: bool
    summary: str
    published: str | None
    weaknesses: tuple[Weakness, ...]


class Enrichment(Struct, frozen=True):
    """Data about the vulnerabilities themselves, by id."""

    records: Mapping[str, tuple[VulnerabilityRecord, ...]]
    epss: Mapping[str, Epss]
    exploited: Mapping[str, Exploited] | None  # None if the catalogue is not loaded
    weaknesses: Mapping[str, str] = {}  # names of weaknesses, by id

    def of(self, ids: tuple[str, ...]) -> Facts:
        """The facts about the vulnerability with these ids, the main one first."""
        records = [record for id in ids for record in self.records.get(id, ())]
        cvss = tuple(dict.fromkeys(cvss for record in records for cvss in record.cvss))
        names = dict.fromkeys(id for record in records for id in record.cwes)
        return Facts(
            records,
            cvss,
            best(cvss),
            next((self.epss[id] for id in ids if id in self.epss), None),
            None if self.exploited is None else any(id in self.exploited for id in ids),
            any(record.source == EXPLOITS for record in records),
            next((record.summary for record in records if record.summary), ""),
            min((record.published for record in records if record.published), default=None),
            tuple(Weakness(id, self.weaknesses.get(id, "")) for id in names),
        )


class Described(Struct, frozen=True):
    """What the findings of one vulnerability by the same advisories have in common, in all versions of the package."""

    vulnerability: MatchedVulnerability
    facts: Facts
    severity: Severity
    severity_source: str | None
    advisories: tuple[AdvisoryReference, ...]
    summary: str


class Place(Struct, frozen=True):
    """Where a package is, the same for all its findings."""

    purl: str
    paths: tuple[str, ...]
    layer: int | None
    last_layer: int | None  # the last layer that has the package; None if it is ``layer``
    lasting: str  # the same from tag to tag: the purl without version, and the path


def place_of(package: Package) -> Place:
    purl = package.purl
    lasting = purl.partition("?")[0]
    paths = tuple(sorted({evidence.path for evidence in package.evidence}))
    path = paths[0] if paths else ""
    if package.version:
        lasting, path = lasting.rpartition("@")[0], path.replace(package.version, "*")
    layer = package.evidence[0].layer if package.evidence else None
    last = max((evidence.layer for evidence in package.evidence), default=None)
    return Place(purl, paths, layer, last if last != layer else None, f"{lasting}\0{path}")


def finding(assessed: Assessed, place: Place, described: Described, key: Key) -> Vulnerability:
    vulnerability, package, facts = assessed.vulnerability, assessed.subject.package, described.facts
    fix = _fix(assessed, key)
    main = max(assessed.preferred, key=lambda match: match.range is not None and match.range.fixed is not None)
    return Vulnerability(
        id=vulnerability.id,
        aliases=vulnerability.aliases,
        package=place.purl,
        package_name=package.name,
        package_version=package.version,
        paths=place.paths,
        severity=described.severity,
        severity_source=described.severity_source,
        cvss=facts.cvss,
        epss=EpssScore.of(facts.epss),
        kev=facts.exploited,
        risk=risk_of(described.severity, facts.best, facts.epss, bool(facts.exploited), bool(fix.versions)),
        fix=fix,
        advisories=described.advisories,
        reason=because_text(_because(assessed, main, fix)),
        confidence=assessed.confidence,
        layer=place.layer,
        last_layer=place.last_layer,
        fingerprint=fingerprint("vulnerability", vulnerability.id, place),
        summary=described.summary,
        published=facts.published,
        fix_published=_fix_published(assessed, facts) if fix.versions else None,
        exploit=facts.exploit,
        paid_fix=None if fix.versions else assessed.paid_fix,
        lowered_by=assessed.lowered_by,
        weaknesses=facts.weaknesses,
    )


def described(vulnerability: MatchedVulnerability, earlier: Earlier, severity_from: tuple[str, ...]) -> Described:
    """``severity_from`` lists the sources whose severity takes precedence."""
    known = earlier.described.get(id(vulnerability))
    if known is None:
        facts = earlier.facts[(vulnerability.id, *vulnerability.aliases)]
        advisories = [match.advisory for match in vulnerability.matches]
        severity, source = severity_of(advisories, facts.records, severity_from)
        summary = " ".join(facts.summary.split())  # of all kinds of blanks
        known = Described(vulnerability, facts, severity, source, _references(advisories), summary)
        earlier.described[id(vulnerability)] = known
    return known


def malicious_finding(subject: Subject, malicious: Malicious) -> Vulnerability:
    """The finding for a malicious package, whose only remedy is to remove it."""
    package = subject.package
    place = place_of(package)
    return Vulnerability(
        id=malicious.id,
        aliases=(),
        package=place.purl,
        package_name=package.name,
        package_version=package.version,
        paths=place.paths,
        severity="critical",
        severity_source="openssf",
        cvss=(),
        epss=None,
        kev=False,
        risk=100.0,
        fix=Fix("open"),
        advisories=(AdvisoryReference(malicious.id, "openssf", f"https://osv.dev/vulnerability/{malicious.id}"),),
        reason=malicious_text(subject.version if malicious.versions else "", subject.title),
        confidence=subject.confidence,
        layer=place.layer,
        last_layer=place.last_layer,
        fingerprint=fingerprint("vulnerability", malicious.id, place),
        summary="Malicious package: remove it, and treat everything that it could reach as exposed",
    )


def fingerprint(kind: str, id: str, place: Place) -> str:
    """Identifies a vulnerability in a place across tags: versions in the purl and in the path do not count."""
    return hashlib.sha256(f"{kind}\0{id}\0{place.lasting}".encode(errors="replace")).hexdigest()[:32]


def _fix(assessed: Assessed, key: Key) -> Fix:
    subject, preferred = assessed.subject, assessed.preferred
    if subject.upstream:  # if several sources differ, the maker of a program knows the release that fixes it
        preferred = tuple(match for match in preferred if match.advisory.namespace == subject.namespace) or preferred
    versions = {text for match in preferred for text in _next_fixed(match, subject.version, key)}
    if not versions:
        versions = {text for match in assessed.vulnerability.matches for text in _next_fixed(match, subject.version, key)}
    if not versions and assessed.paid_fix and subject.entitled:
        versions = {assessed.paid_fix}
    if versions:
        if subject.upstream:
            versions = {text.removesuffix("+incompatible") for text in versions}  # a suffix that only Go modules have
        return Fix("fixed", tuple(sorted(versions, key=lambda text: (key(text) or (), text))))
    return Fix(_state(assessed.preferred))


def _next_fixed(match: Match, version: str, key: Key) -> tuple[str, ...]:
    """The fixed version for the installed one: the lowest above it among those of the advisory; () if there is none."""
    mine = key(version)
    texts = match.advisory.fixed_versions
    if not texts:
        if match.range is not None:
            return (match.range.fixed,) if match.range.fixed is not None else ()
        texts = tuple(range.fixed for range in match.advisory.ranges if range.fixed)
    above = [(end, text) for text in texts if (end := key(text)) is not None and (mine is None or end > mine)]
    return (min(above)[1],) if above else ()


def _state(matches: tuple[Match, ...]) -> FixState:
    statuses = {match.advisory.status for match in matches}
    states: tuple[FixState, ...] = ("wont_fix", "end_of_life", "deferred", "open")
    for state in states:
        if state in statuses:
            return state
    # A last affected version, and no fixed one: some later version fixes it, but it is unknown which.
    bounded = any(match.range.last_affected if match.range else match.advisory.pattern for match in matches)
    return "unknown" if bounded else "open"


def _fix_published(assessed: Assessed, facts: Facts) -> str | None:
    """The date of the first advisory with the fix; None if unknown. Records of CVEs have the date of the disclosure, and
    are not used.
    """
    ids = {match.advisory.id for match in assessed.preferred if match.range is not None and match.range.fixed is not None}
    dates = [
        record.published
        for record in facts.records
        if record.id in ids and not record.id.startswith("CVE-") and record.published
    ]
    return min(dates, default=None)


def _references(advisories: list[Advisory]) -> tuple[AdvisoryReference, ...]:
    """The references to the advisories. An erratum in two feeds is listed once."""
    found: dict[tuple[str, str], AdvisoryReference] = {}
    for advisory in advisories:
        found.setdefault((advisory.id, advisory.source), AdvisoryReference(advisory.id, advisory.source, advisory.url))
    return tuple(found.values())


def _because(assessed: Assessed, main: Match, fix: Fix) -> Because:
    subject, namespace = assessed.subject, main.advisory.namespace
    by, stands_in_for = subject.title, ""
    if subject.product and namespace == subject.product.namespace:
        by = namespace
    elif subject.upstream:
        if namespace == CPE_NAMESPACE:
            by = f"CPE {main.advisory.package}"
        elif namespace != subject.title:
            by = f"{subject.title} in {namespace}"
    elif any(namespace == place for place, _ in subject.also):
        by = f"CPE {main.advisory.package}" if namespace == CPE_NAMESPACE else f"{main.advisory.package} in {namespace}"
    elif namespace in subject.channels:
        by = channel_title(namespace)
    elif namespace != subject.namespace:
        by, stands_in_for = title_of(namespace), subject.title
    paid_fix, paid_by = "", ""
    if assessed.paid_fix and subject.paid and (subject.entitled or not fix.versions):
        paid_fix, paid_by = assessed.paid_fix, title_of(subject.paid).rpartition(" ")[0]
    return Because(main, subject.version, subject.scheme, by, stands_in_for, paid_fix, paid_by, assessed.lowered_by)
