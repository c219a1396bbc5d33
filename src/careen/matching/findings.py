"""A judged flaw told as a finding: severity, score, fix, the comparison that explains it, and a stable fingerprint."""

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, Epss, Exploited, Malicious, VulnerabilityRecord
from careen.model.finding import AdvisoryReference, EpssScore, Fix, FixState, Vulnerability, Weakness
from careen.model.package import Package

from .channels import title as channel_title
from .distributions import title_of
from .judge import Judged
from .keys import Key
from .ranges import Hit, explain
from .risk import risk_of
from .severity import best, severity_of
from .subjects import Subject

EXPLOITS = "exploitdb"  # the source whose records say that an exploit was published


class Enrichment(Struct, frozen=True):
    """What is known of the flaws themselves, by id."""

    records: Mapping[str, tuple[VulnerabilityRecord, ...]]
    epss: Mapping[str, Epss]
    exploited: Mapping[str, Exploited] | None  # None: the catalogue is not loaded
    weaknesses: Mapping[str, str] = {}  # names of weaknesses, by id
    severity_from: tuple[str, ...] = ()  # whose word on the severity counts first


class Place(Struct, frozen=True):
    """Where a package is, told once for all its findings."""

    purl: str
    paths: tuple[str, ...]
    layer: int | None
    lasting: str  # what stays the same from tag to tag: the purl without version, and the path


def place_of(package: Package) -> Place:
    purl = package.purl
    lasting = purl.partition("?")[0]
    paths = tuple(sorted({evidence.path for evidence in package.evidence}))
    path = paths[0] if paths else ""
    if package.version:
        lasting, path = lasting.rpartition("@")[0], path.replace(package.version, "*")
    return Place(purl, paths, package.evidence[0].layer if package.evidence else None, f"{lasting}\0{path}")


def finding(judged: Judged, place: Place, known: Enrichment, key: Key) -> Vulnerability:
    subject, flaw = judged.subject, judged.flaw
    package = subject.package
    ids = (flaw.id, *flaw.aliases)
    records = [record for id in ids for record in known.records.get(id, ())]
    advisories = [found.advisory for found in flaw.hits]
    severity, source = severity_of(advisories, records, known.severity_from)
    cvss = tuple(dict.fromkeys(cvss for record in records for cvss in record.cvss))
    epss = next((known.epss[id] for id in ids if id in known.epss), None)
    exploited = None if known.exploited is None else any(id in known.exploited for id in ids)
    fix = _fix(judged, key)
    main = max(judged.preferred, key=lambda found: found.range is not None and found.range.fixed is not None)
    return Vulnerability(
        id=flaw.id,
        aliases=flaw.aliases,
        package=place.purl,
        package_name=package.name,
        package_version=package.version,
        paths=place.paths,
        severity=severity,
        severity_source=source,
        cvss=cvss,
        epss=EpssScore.of(epss),
        kev=exploited,
        risk=risk_of(severity, best(cvss), epss, bool(exploited), bool(fix.versions)),
        fix=fix,
        advisories=_references(advisories),
        reason=_reason(judged, main, fix),
        confidence=judged.confidence,
        layer=place.layer,
        fingerprint=fingerprint("vulnerability", flaw.id, place),
        summary=next((record.summary for record in records if record.summary), ""),
        published=min((record.published for record in records if record.published), default=None),
        fix_published=_fix_published(judged, known) if fix.versions else None,
        exploit=any(record.source == EXPLOITS for record in records),
        paid_fix=None if fix.versions else judged.paid,
        weaknesses=tuple(
            Weakness(id, known.weaknesses.get(id, "")) for id in dict.fromkeys(id for record in records for id in record.cwes)
        ),
    )


def malicious_finding(subject: Subject, malicious: Malicious) -> Vulnerability:
    """A package that is itself the attack: nothing mends it but taking it out."""
    package = subject.package
    place = place_of(package)
    extent = "every version" if not malicious.versions else subject.version
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
        reason=f"{extent} of this package is malicious ({subject.title})",
        confidence=subject.weight,
        layer=place.layer,
        fingerprint=fingerprint("vulnerability", malicious.id, place),
        summary="Malicious package: remove it, and treat what it could reach as exposed",
    )


def fingerprint(kind: str, id: str, place: Place) -> str:
    """Names the same flaw in the same place, whatever the tag: no version counts, neither in the purl nor in the path."""
    return hashlib.sha256(f"{kind}\0{id}\0{place.lasting}".encode(errors="replace")).hexdigest()[:32]


def _fix(judged: Judged, key: Key) -> Fix:
    preferred = judged.preferred
    if judged.subject.upstream:  # of several who speak of a program, its maker knows the release that mends it
        preferred = tuple(found for found in preferred if found.advisory.namespace == judged.subject.namespace) or preferred
    versions = {text for found in preferred for text in _next_fixed(found, judged.subject.version, key)}
    if not versions:
        versions = {text for found in judged.flaw.hits for text in _next_fixed(found, judged.subject.version, key)}
    if not versions and judged.paid and judged.subject.entitled:
        versions = {judged.paid}
    if versions:
        if judged.subject.upstream:
            versions = {text.removesuffix("+incompatible") for text in versions}  # of a Go module, which this is none of
        return Fix("fixed", tuple(sorted(versions, key=lambda text: (key(text) or (), text))))
    return Fix(_state(judged.preferred))


def _next_fixed(found: Hit, version: str, key: Key) -> tuple[str, ...]:
    """The lowest version above the installed one that this advisory calls fixed."""
    mine = key(version)
    texts = found.advisory.fixed_versions
    if not texts:
        if found.range is not None:
            return (found.range.fixed,) if found.range.fixed is not None else ()
        texts = tuple(range.fixed for range in found.advisory.ranges if range.fixed)
    above = [(end, text) for text in texts if (end := key(text)) is not None and (mine is None or end > mine)]
    return (min(above)[1],) if above else ()


def _state(hits: tuple[Hit, ...]) -> FixState:
    said = {found.advisory.status for found in hits}
    states: tuple[FixState, ...] = ("wont_fix", "end_of_life", "deferred", "open")
    for state in states:
        if state in said:
            return state
    # A last affected version without a name for the next one: mended somewhere, and nobody says where.
    bounded = any(found.range is not None and found.range.last_affected is not None for found in hits)
    return "unknown" if bounded else "open"


def _fix_published(judged: Judged, known: Enrichment) -> str | None:
    """When the first advisory with the fix came out. A CVE's own date is that of its disclosure and says nothing of it."""
    ids = {found.advisory.id for found in judged.preferred if found.range is not None and found.range.fixed is not None}
    dates = [
        record.published
        for id in ids
        if not id.startswith("CVE-")
        for record in known.records.get(id, ())
        if record.id == id and record.published
    ]
    return min(dates, default=None)


def _references(advisories: list[Advisory]) -> tuple[AdvisoryReference, ...]:
    """An erratum that two feeds have is named once."""
    found: dict[tuple[str, str], AdvisoryReference] = {}
    for one in advisories:
        found.setdefault((one.id, one.source), AdvisoryReference(one.id, one.source, one.url))
    return tuple(found.values())


def _reason(judged: Judged, main: Hit, fix: Fix) -> str:
    subject = judged.subject
    title = subject.title
    if subject.product and main.advisory.namespace == subject.product.namespace:
        title = subject.product.namespace
    elif subject.upstream:
        named = main.advisory.namespace
        said_of = f"CPE {main.advisory.package}" if named == CPE_NAMESPACE else f"{subject.title} in {named}"
        title = named if named == subject.title else said_of
    elif main.advisory.namespace in subject.channels:
        title = channel_title(main.advisory.namespace)
    elif main.advisory.namespace != subject.namespace:
        title = f"{title_of(main.advisory.namespace)}, standing in for {title}"
    text = f"{explain(main, subject.version)} ({subject.scheme} order, {title})"
    if judged.paid and subject.paid and (subject.entitled or not fix.versions):
        text += f"; {judged.paid} mends it for those who have {title_of(subject.paid).rpartition(' ')[0]}"
    return text
