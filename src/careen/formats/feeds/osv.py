"""Converts an OSV record into advisories for its packages and a record about the vulnerability.

- ignored are withdrawn records, bug-fix errata without a vulnerability, and informational entries (RustSec's "unmaintained",
  "unsound") without a CVE, unless they are about memory: these are ``possible``;
- ``MAL-`` becomes Malicious, everything else an Advisory for each package and one VulnerabilityRecord;
- ``aliases`` and ``upstream`` are aliases; ``related`` is not, except in errata that list the vulnerabilities they fix there;
- ranges of type GIT are commits, not versions: an entry with nothing but such ranges is ignored.

Raises ValueError for data that is not an OSV record.  **Source:** OSV schema 1.7.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec

from careen.distributions.registry import profiles
from careen.formats.feeds import cvss
from careen.formats.version_text.never import is_never
from careen.model.advisory import Advisory, Cvss, Import, Malicious, Range, Severity, Status, VulnerabilityRecord
from careen.safety.typed import converted

from .ecosystems import namespace_of
from .osv_schema import Affected, AffectedImport, Event, Record, Scored, Specific

SUMMARY_LENGTH = 200
MAX_PATH, MAX_ELEMENTS = 500, 50  # of a package of Go


def read(data: bytes, ecosystem: str | None, now: str) -> Iterator[Advisory | Malicious | VulnerabilityRecord]:
    """Yields the records of one OSV record. ``ecosystem``: only entries of this ecosystem, its releases and
    registries too; None: all.

    ``now`` is the present time as ISO 8601; a record is withdrawn if its ``withdrawn`` is earlier.
    """
    try:
        record = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if not record.id or len(record.id) > 200:
        raise ValueError("record without a usable id")
    if record.withdrawn and record.withdrawn < now:
        return
    aliases = _aliases(record)
    if _BUGFIX.match(record.id) and not aliases:
        return
    has_cve = record.id.startswith("CVE-") or any(id.startswith("CVE-") for id in aliases)
    affected = [entry for entry in record.affected or () if _is_wanted(entry, ecosystem, has_cve)]
    if record.id.startswith("MAL-"):
        yield from _malicious(record.id, affected)
        return
    source = _sources().get(record.id.partition("-")[0], "osv")
    severity = _severity(record, source)
    url = f"https://osv.dev/vulnerability/{quote(record.id, safe=':')}"
    found = [advisory for entry in affected for advisory in _advisories(record, entry, source, aliases, severity, url)]
    if not found:
        return
    found.sort(key=lambda advisory: (advisory.namespace, advisory.package))
    yield from _merged(found)
    vectors = record.severity or [vector for entry in affected for vector in entry.severity or ()]
    yield VulnerabilityRecord(
        id=record.id,
        source=source,
        aliases=aliases,
        summary=_summary(record),
        severity=severity,
        cvss=_cvss(vectors, source),
        published=_day(record.published),
        cwes=_words(record.database_specific and record.database_specific.cwe_ids),
    )


def _aliases(record: Record) -> tuple[str, ...]:
    ids = dict.fromkeys(id for text in (*(record.aliases or ()), *(record.upstream or ())) if (id := _spelled(text)))
    if _ERRATA.match(record.id) and not any(id.startswith("CVE-") for id in ids):
        ids.update(dict.fromkeys(id for id in record.related or () if id.startswith("CVE-")))
    if any(entry.package and entry.package.ecosystem == "Maven" for entry in record.affected or ()):
        # Jenkins names a vulnerability by an anchor of its advisory page, and warns about it by that name.
        ids.update(dict.fromkeys(map(_of_jenkins, _JENKINS.findall(bytes(record.references)))))
    ids.pop(record.id, None)
    return tuple(ids)


def _of_jenkins(found: tuple[bytes, bytes]) -> str:
    number, part = map(bytes.decode, found)
    return f"SECURITY-{number} ({part})" if part else f"SECURITY-{number}"


def _spelled(text: str) -> str:
    """An alias in its usual spelling ("cve-2014-3530 "); "" for a date, which does not name a single vulnerability."""
    text = text.strip()
    found = _CVE.fullmatch(text)
    return found[1].upper() if found else "" if _DATE.fullmatch(text) else text


def _is_wanted(entry: Affected, ecosystem: str | None, has_cve: bool) -> bool:
    """Whether the entry yields advisories. ``has_cve``: the record names a CVE, so an informational entry counts too."""
    if entry.package is None or not entry.package.name or len(entry.package.name) > 500:
        return False
    if not has_cve and _is_informational(entry) and not _is_about_memory(entry):
        return False
    base = entry.package.ecosystem.partition(":")[0]
    return ecosystem is None or base == ecosystem


def _is_informational(entry: Affected) -> bool:
    return bool(entry.database_specific and entry.database_specific.informational)


def _is_about_memory(entry: Affected) -> bool:
    """Whether unsound code may corrupt or expose memory, if a program uses it so."""
    specific = entry.database_specific or _NOTHING
    return specific.informational == "unsound" and not _MEMORY.isdisjoint(_words(specific.categories))


def _malicious(id: str, affected: list[Affected]) -> Iterator[Advisory | Malicious]:
    for entry in affected:
        assert entry.package
        namespace = namespace_of(entry.package.ecosystem)
        ranges = _ranges(entry)
        versions = tuple(entry.versions or ())
        if Range() in ranges or not (ranges or versions):
            yield Malicious(id, namespace, entry.package.name)
        elif versions:
            yield Malicious(id, namespace, entry.package.name, versions)
        else:  # ranges without a list of versions, which Malicious cannot hold
            url = f"https://osv.dev/vulnerability/{id}"
            yield Advisory(id, "openssf", namespace, entry.package.name, ranges, status="open", severity="critical", url=url)


def _advisories(
    record: Record, entry: Affected, source: str, aliases: tuple[str, ...], severity: Severity, url: str
) -> Iterator[Advisory]:
    assert entry.package
    specific = entry.database_specific or _NOTHING
    ranges = _ranges(entry)
    versions = tuple(entry.versions or ())
    if not ranges and not versions and (entry.ranges or not _ERRATA.match(record.id)):
        return  # only commits, or nothing at all: no version is stated to be affected
    fixed = _words(specific.fixed_versions)
    confidence = _CONFIDENCE.get(str(specific.name_mapping), "confirmed")
    if _is_informational(entry) and not any(id.startswith("CVE-") for id in (record.id, *aliases)):
        confidence = "possible"
    if entry.severity and record.severity:
        severity = _rating(entry.severity) or severity
    elif severity == "unknown" and entry.severity:
        severity = _rating(entry.severity) or "unknown"
    for module in _modules(record, ranges):
        yield Advisory(
            id=record.id,
            source=source,
            namespace=namespace_of(entry.package.ecosystem),
            package=entry.package.name,
            ranges=ranges,
            versions=versions,
            status=_status(entry, fixed),
            aliases=aliases,
            severity=severity,
            fixed_versions=fixed,
            module=module,
            confidence=confidence,
            url=url,
            systems=_systems(entry.ecosystem_specific),
            imports=_imports(entry),
        )


def _systems(specific: Specific | None) -> tuple[str, ...]:
    """The operating systems of the affected packages, from Go's records; () if Linux is one of them."""
    imports = specific.imports if specific and isinstance(specific.imports, list) else []
    named: set[str] = set()
    for package in imports:
        systems = package.get("goos") if isinstance(package, dict) else None
        if not systems or not isinstance(systems, list) or "linux" in systems:
            return ()
        named.update(map(str, systems))
    return tuple(sorted(named))


def _imports(entry: Affected) -> tuple[Import, ...]:
    """The affected packages of a Go module, with their symbols; () if one of them cannot be read."""
    specific = entry.ecosystem_specific
    if not (specific and isinstance(specific.imports, list) and entry.package and entry.package.ecosystem == "Go"):
        return ()
    try:
        found = converted(specific.imports, list[AffectedImport])
    except msgspec.ValidationError:
        return ()
    readable = all(0 < len(package.path) <= MAX_PATH and package.path.count("/") < MAX_ELEMENTS for package in found)
    return tuple(Import(package.path, tuple(package.symbols or ())) for package in found) if readable else ()


_CONFIDENCE: dict[str, Any] = {"reference": "likely", "heuristic": "possible"}
_MEMORY = frozenset({"memory-corruption", "memory-exposure", "thread-safety"})  # of RustSec's categories


def _merged(advisories: list[Advisory]) -> Iterator[Advisory]:
    """Merges a record's entries of one package that differ in their versions alone."""
    previous: Advisory | None = None
    for advisory in advisories:
        if previous is not None and _alike(previous, advisory):
            previous = msgspec.structs.replace(
                previous,
                ranges=tuple(dict.fromkeys(previous.ranges + advisory.ranges)),
                versions=tuple(dict.fromkeys(previous.versions + advisory.versions)),
                fixed_versions=tuple(dict.fromkeys(previous.fixed_versions + advisory.fixed_versions)),
            )
            continue
        if previous is not None:
            yield previous
        previous = advisory
    if previous is not None:
        yield previous


def _alike(one: Advisory, other: Advisory) -> bool:
    return (
        one.package == other.package
        and one.namespace == other.namespace
        and one.status == other.status
        and one.severity == other.severity
        and one.module == other.module
        and one.confidence == other.confidence
        and one.systems == other.systems
        and one.imports == other.imports
        and bool(one.ranges or one.versions) == bool(other.ranges or other.versions)
    )


def _ranges(entry: Affected) -> tuple[Range, ...]:
    specific = entry.database_specific or _NOTHING
    found: dict[Range, None] = {}
    for range in entry.ranges or ():
        if range.type == "GIT":
            continue
        for introduced, fixed, last in _spans(range.events or []):
            if fixed is None and last is None and isinstance(specific.last_known_affected_version_range, str):
                fixed, last = _last_known(specific.last_known_affected_version_range)
            fixed, last = None if is_never(fixed) else fixed, None if is_never(last) else last
            start = None if introduced == "0" else introduced
            found[Range(start, fixed, last, start is not None and _is_exclusive(specific, start))] = None
    return tuple(found)


def _spans(events: list[Event]) -> Iterator[tuple[str, str | None, str | None]]:
    """(introduced, fixed, last_affected), from events that should alternate.

    "0" begins before everything, wherever it is. If the events do not alternate but there is an end for each beginning, the
    i-th end belongs to the i-th beginning, unless it is below it. Otherwise a beginning within an open span and an end
    without a beginning are ignored, as in the schema's evaluation of sorted events. A limit ends what nothing else ends.
    """
    limits = [event.limit for event in events if event.limit is not None]
    limit = limits[0] if len(limits) == 1 and limits != ["*"] else None
    events = sorted((part for event in events for part in _parts(event)), key=lambda event: event.introduced != "0")
    starts = [event.introduced for event in events if event.introduced is not None]
    ends = [event for event in events if event.introduced is None]
    alternate = all((event.introduced is not None) == (index % 2 == 0) for index, event in enumerate(events))
    paired = not alternate and len(starts) == len(ends)
    if paired and (events[0].introduced is not None or all(map(_is_above, ends, starts))):
        yield from ((start, end.fixed, end.last_affected) for start, end in zip(starts, ends, strict=True))
        return
    start: str | None = None
    for event in events:
        if event.introduced is not None:
            start = event.introduced if start is None else start
        elif start is not None:
            yield start, event.fixed, event.last_affected
            start = None
    if start is not None:
        yield start, limit, None


def _is_above(end: Event, start: str) -> bool:
    """Whether the numbers of an end are above those of a beginning."""
    above, below = (list(map(int, _NUMBER.findall(text))) for text in (end.fixed or end.last_affected or "", start))
    return above > below


def _parts(event: Event) -> Iterator[Event]:
    """The beginning and the end that an event states. The schema has one of them in each, and some databases both."""
    ends = event.fixed is not None or event.last_affected is not None
    if event.introduced is not None and ends:
        yield from (Event(event.introduced), Event(None, event.fixed, event.last_affected))
    elif event.introduced is not None or ends:
        yield event


def _last_known(text: str) -> tuple[str | None, str | None]:
    match = _LAST_KNOWN.match(text.strip())
    if not match:
        return None, None
    return (None, match[2]) if match[1] else (match[2], None)


def _is_exclusive(specific: Specific, start: str) -> bool:
    if specific.exclusive_lower_bound is not True:
        return False
    if not isinstance(specific.source_range, str):
        return True
    return re.search(rf"(?:>|\()\s*{re.escape(start)}(?![\w.+-])", specific.source_range) is not None


def _status(entry: Affected, fixed: tuple[str, ...]) -> Status:
    """The status of an entry: Ubuntu's own; for others, whether some version is known to have a fix."""
    specific = entry.ecosystem_specific or _NOTHING
    if isinstance(specific.ubuntu_status, str):
        detail = specific.detail.lower() if isinstance(specific.detail, str) else ""
        if specific.ubuntu_status == "ignored":
            over = "end of" in detail or "out of standard support" in detail or "end-of-life" in detail
            return "end_of_life" if over else "wont_fix"
        if specific.ubuntu_status in ("not-affected", "DNE"):
            return "not_affected"
        if specific.ubuntu_status == "deferred":
            return "deferred"
        return "fixed" if specific.ubuntu_status == "released" else "open"
    known = (entry.database_specific or _NOTHING).last_known_affected_version_range
    return "fixed" if fixed or (not known and _has_fix(entry)) else "open"


def _has_fix(entry: Affected) -> bool:
    """Whether a range ends at a fix, or at its last affected version, after which some version has the fix. A range may also
    end by a limit, at which it is unknown whether it is fixed.
    """
    events = (event for range in entry.ranges or () if range.type != "GIT" for event in range.events or ())
    return any((event.fixed or event.last_affected) and not is_never(event.last_affected) for event in events)


def _modules(record: Record, ranges: tuple[Range, ...]) -> tuple[str | None, ...]:
    """The streams of rpm modules, which only an erratum's summary names ("Important: nodejs:20 security update")."""
    if not any(range.fixed and ".module" in range.fixed for range in ranges):
        return (None,)
    title = (record.summary or "").partition(": ")[2] or record.summary or ""
    return tuple(dict.fromkeys(f"{name}:{stream}" for name, stream in _STREAM.findall(title))) or (None,)


def _severity(record: Record, source: str) -> Severity:
    """The source's own rating; from a score only if the source gives scores without vectors."""
    for rating in record.severity or ():
        if rating.type == "Ubuntu" and isinstance(rating.score, str):
            return _SEVERITIES.get(rating.score.lower(), "unknown")
    of_record = record.database_specific
    if of_record and isinstance(of_record.severity, str):
        return _SEVERITIES.get(of_record.severity.lower(), "unknown")
    if record.summary and source in _rated_in_summary():
        return _SEVERITIES.get(record.summary.partition(":")[0].lower(), "unknown")
    if of_record and isinstance(of_record.cvss_v3_score, (int, float)):
        return cvss.rating(float(of_record.cvss_v3_score))
    if of_record and isinstance(of_record.cvss_v2_score, (int, float)):
        return cvss.rating(float(of_record.cvss_v2_score), "2.0")
    return "unknown"


def _rating(severities: list[Scored]) -> Severity | None:
    scores = _cvss(severities, "")
    return cvss.rating(scores[-1].score, scores[-1].version) if scores else None


def _cvss(severities: list[Scored], source: str) -> tuple[Cvss, ...]:
    found: dict[Cvss, None] = {}
    for rating in severities:
        if rating.type.startswith("CVSS_") and isinstance(rating.score, str):
            try:
                version, score = cvss.score(rating.score)
            except ValueError:
                continue
            found[Cvss(rating.source or source, version, rating.score, score)] = None
    return tuple(sorted(found, key=lambda value: value.version))


def _summary(record: Record) -> str:
    text = record.summary or ""
    if not text:
        lines = (line.strip(" #*") for line in (record.details or "")[:2000].splitlines())
        text = next((line for line in lines if line and line.lower() not in ("impact", "summary", "details")), "")
    text = " ".join(text.split())  # also without line breaks and the no-break spaces of web pages
    return text if len(text) <= SUMMARY_LENGTH else text[: SUMMARY_LENGTH - 1] + "…"


def _day(text: str | None) -> str:
    return "" if not text or text.startswith("0001") else text[:10]


def _words(value: Any) -> tuple[str, ...]:
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


@cache
def _sources() -> dict[str, str]:
    """The source of an id, by how the id begins."""
    return _OF_LANGUAGES | {prefix: profile.source for profile in profiles().values() for prefix in profile.advisories.ids}


@cache
def _rated_in_summary() -> frozenset[str]:
    """The sources whose summaries begin with a severity, as "Important: curl security update": Red Hat and its
    rebuilds."""
    return frozenset(profile.source for profile in profiles().values() if profile.advisories.line)


_OF_LANGUAGES = {
    "BIT": "bitnami", "DRUPAL": "drupal", "EEF": "erlef", "GHSA": "ghsa", "GO": "go", "HSEC": "haskell", "JLSEC": "julia",
    "MAL": "openssf", "PYSEC": "pypa", "RSEC": "rconsortium", "RUSTSEC": "rustsec",
}  # fmt: skip
# Errata fix several vulnerabilities and list them; bug-fix errata without a vulnerability are ignored.
_ERRATA = re.compile(r"(?:AL|RH|RL|RX|EL)[SBE]A-|DSA-|DLA-|USN-|SUSE-|openSUSE-|MGASA-|OESA-|openEuler-|ALAS|PHSA-")
_CVE = re.compile(r"(CVE-[0-9]{4}-[0-9]{4,19})[a-z]?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[0-9]{1,2})?")
_BUGFIX = re.compile(r"(?:AL|RH|RL|RX|EL)[BE]A-")
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "high": "high", "important": "high", "medium": "medium", "moderate": "medium", "low": "low",
    "negligible": "negligible", "unimportant": "negligible",
}  # fmt: skip
_JENKINS = re.compile(rb'jenkins\.io/security/advisory/[0-9-]{10}/?#SECURITY-([0-9]{1,6})(?:(?:%20|[ +])\(?([1-9][0-9]?)\)?)?"')
_STREAM = re.compile(r"\b([A-Za-z][\w.+-]*):([\w.+-]+)(?= |,|$)")
_LAST_KNOWN = re.compile(r"<(=?)\s*([^\s,]+)$")


_NOTHING = Specific()
_DECODER = msgspec.json.Decoder(Record)
