"""Red Hat: the VEX documents of Product Security, and the products that each package repository serves.

Shape: one CSAF VEX document a CVE; all of them in one archive (``csaf_vex.tar.zst``, whose live name is in
``archive_latest.txt``), or by year in a mirror. The live archive is that of ``vex-feed/``, else that of its predecessor
``vex/``. ``repository-to-cpe.json`` is ``{data: {repository: {cpes}}}``.
A product is named by its CPE: ``enterprise_linux:9`` is namespace ``rhel:9``, whatever its repository; extended support
(``rhel_eus:9.2``) and layered products (``openshift:4.14:el9``) are namespaces of their own.
Fixed builds are listed by binary package, unfixed components by source package. Remediations: ``none_available`` is open,
or deferred ("Fix deferred"); ``no_fix_planned`` will not be fixed, or is out of support. Container images that an erratum
replaces are not packages and are skipped.

A mirror may have the same data in other forms. Careen reads the first form that the mirror has: VEX; the Security Data API
(``cve/CVE-….json``); OVAL (``oval/v2/RHEL9/….oval.xml.bz2``, of each stream ``-including-unpatched`` before the file with
fixes alone; ``oval/oval_v1_….tar.gz``, fixes alone); the errata in CSAF (``csaf/v2/advisories``, fixes alone). Once the
archive is there, an update fetches only the documents that ``changes.csv`` names, and forgets those of ``deletions.csv``.
Raises: ValueError.  **Source:** CSAF 2.0; OVAL 5.10; Red Hat, "Security Data API", "VEX data" and "Common security advisory
framework files".
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from careen.advisories.redhat import cve_record, oval_file
from careen.formats.archives.tar_archive import documents
from careen.formats.data.json_file import read_bounded, read_json
from careen.formats.feeds import csaf
from careen.formats.feeds.each import ids_in
from careen.formats.feeds.rpm_errata import Build, evr, statements
from careen.model.advisory import SEVERITIES, NamespaceInfo, PassedOver, Repository, Severity, Status, VulnerabilityRecord
from careen.plugins import Address, AdvisorySource, Feed, Need, Record

MAX_DOCUMENT_BYTES = 256 << 20
MAX_ARCHIVE_BYTES = 128 << 30
MAX_OVAL_BYTES = 8 << 30
MAX_MAP_BYTES = 64 << 20
MAX_DAMAGED = 50
_DATA = "https://security.access.redhat.com/data"
_VEX = "csaf/v2/vex"
_VEX_FEED = "csaf/v2/vex-feed"  # its successor, of the same documents
_MAP = "meta/v1/repository-to-cpe.json"
_ARCHIVE = "csaf_vex.tar.zst"
_ADVISORIES = "csaf/v2/advisories"
_OF_VEX = re.compile(r"(?:csaf_vex[\w.-]*|vex-archive)\.tar\.zst")
_OF_API = re.compile(r"CVE-\d{4}-\d{4,19}\.json")
_OVAL = re.compile(r"([\w.-]+?)(?:-including-unpatched)?\.oval\.xml(?:\.bz2|\.gz)?")
_YEAR = re.compile(r"\d{4}")
_CPE = re.compile(r"cpe:/[ao]:redhat:(?P<product>[\w-]+)(?::(?P<version>[\w.-]*))?(?:::(?P<edition>[\w.-]+))?")
_ERRATUM = re.compile(r"RH[SBE]A-\d{4}:\d+")
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "important": "high", "moderate": "medium", "low": "low"}
_UNFIXED: dict[str, Status] = {
    "fix deferred": "deferred",
    "will not fix": "wont_fix",
    "out of support scope": "end_of_life",
}


class _Map(Struct):
    data: dict[str, dict[str, Any]]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(namespace.startswith("rhel:") for namespace in need.namespaces):
        return ()
    folder = f"redhat/{_VEX}"
    names = listing(folder)
    archives = tuple(filter(_OF_VEX.fullmatch, names))  # a mirror may keep its live name
    found = [Feed(f"redhat/{_MAP}", f"{_DATA}/{_MAP}", part="repositories")]
    if need.namespaces is None:
        first, older = map(_live, (_VEX_FEED, _VEX))
        found.append(
            Feed(
                f"{folder}/{max(archives, default=_ARCHIVE)}",
                **asdict(first),
                elsewhere=(older,),
                compressed=True,
                part="VEX",
                full=True,
                kept_as=f"{folder}/{_ARCHIVE}",
            )
        )
    single = [
        Feed(f"{folder}/{year}/{name}", f"{_DATA}/{_VEX}/{year}/{name}", part="VEX")
        for year in filter(_YEAR.fullmatch, names)
        for name in listing(f"{folder}/{year}")
        if name.startswith("cve-") and name.endswith(".json")
    ]
    return (*found, *single, *(() if archives or single else _other_forms(listing)))


def _live(folder: str) -> Address:
    place = f"{_DATA}/{folder}"
    return Address(
        f"{place}/archive_latest.txt",
        named=".tar.zst",
        changes=f"{place}/changes.csv",
        deletions=f"{place}/deletions.csv",
        single=f"{place}/{{id}}",
    )


def _other_forms(listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    """The feeds of a mirror without VEX: those of the first of the other forms that it has."""
    single = tuple(Feed(f"redhat/cve/{name}", "", part="API") for name in listing("redhat/cve") if _OF_API.fullmatch(name))
    return single or _oval(listing) or _errata(listing)


def _oval(listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    found = []
    for folder in filter(re.compile(r"RHEL\d+").fullmatch, listing("redhat/oval/v2")):
        streams: dict[str, str] = {}
        for name in sorted(listing(f"redhat/oval/v2/{folder}"), key=lambda name: "-including-unpatched" not in name):
            if stream := _OVAL.fullmatch(name):
                streams.setdefault(stream[1], name)
        found += [Feed(f"redhat/oval/v2/{folder}/{name}", "", compressed=True, part="OVAL") for name in streams.values()]
    old = (name for name in listing("redhat/oval") if re.fullmatch(r"oval_v1[\w.-]*\.tar\.(?:gz|zst)", name))
    return tuple(found) or tuple(Feed(f"redhat/oval/{name}", "", compressed=True, part="OVAL v1") for name in old)


def _errata(listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    folder = f"redhat/{_ADVISORIES}"
    names = listing(folder)
    if archive := max((name for name in names if re.fullmatch(r"csaf_advisories[\w.-]*\.tar\.(?:zst|gz)", name)), default=""):
        return (Feed(f"{folder}/{archive}", "", compressed=True, part="errata", full=True),)
    return tuple(
        Feed(f"{folder}/{year}/{name}", "", part="errata")
        for year in filter(_YEAR.fullmatch, names)
        for name in listing(f"{folder}/{year}")
        if name.startswith("rh") and name.endswith(".json")
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    match feed.part:
        case "repositories":
            yield from _repositories(file)
        case "API":
            yield from _sample(
                _records(cve_record.read(read_bounded(file, MAX_DOCUMENT_BYTES))), "entries of some vulnerabilities"
            )
        case "OVAL":
            yield from _definitions(oval_file.read(file, MAX_OVAL_BYTES))
        case "OVAL v1":
            yield from _definitions(
                definition
                for data in documents(file, ".xml", MAX_DOCUMENT_BYTES, MAX_ARCHIVE_BYTES)
                for definition in oval_file.read_bytes(data)
            )
        case "errata" if not feed.path.endswith(".json"):
            yield from _archive(file, _by_erratum)
        case "errata":
            yield from _sample(
                _by_erratum(csaf.read(read_bounded(file, MAX_DOCUMENT_BYTES), "redhat")), "errata that came singly"
            )
        case _ if feed.path.endswith(".tar.zst"):
            yield from _archive(file, _records)
        case _:
            yield from _sample(_records(csaf.read(read_bounded(file, MAX_DOCUMENT_BYTES), "redhat")))


def _archive(file: Path, records_of: Callable[[csaf.Document], Iterator[Record]]) -> Iterator[Record]:
    """The records of an archive. A few damaged documents are passed over, because there are tens of thousands of
    others."""
    damaged = 0
    for data in _documents(file):
        try:
            document = csaf.read(data, "redhat")
        except ValueError as error:
            damaged += 1
            if damaged > MAX_DAMAGED:
                raise ValueError(f"more than {MAX_DAMAGED} damaged documents, the last: {error}") from None
            yield PassedOver(str(error), ids_in(data))
            continue
        yield from records_of(document)


def _documents(file: Path) -> Iterator[bytes]:
    """The documents of an archive; or of a file of changes, one document per line."""
    with file.open("rb") as stream:
        if stream.read(1) in (b"{", b"\n"):
            stream.seek(0)
            while line := stream.readline(MAX_DOCUMENT_BYTES + 1):
                if len(line) > MAX_DOCUMENT_BYTES:
                    raise ValueError("a document without end")
                if line.strip():
                    yield line
            return
    yield from documents(file, ".json", MAX_DOCUMENT_BYTES, MAX_ARCHIVE_BYTES)


def _definitions(found: Iterable[csaf.Document]) -> Iterator[Record]:
    any_one = False
    for document in found:
        any_one = True
        yield from _by_erratum(document) if _ERRATUM.fullmatch(document.id) else _records(document)
    if not any_one:
        raise ValueError("it holds no OVAL definition of a CVE")


def _by_erratum(document: csaf.Document) -> Iterator[Record]:
    """The records of an erratum, whose builds fix all of its vulnerabilities."""
    cves = tuple(vulnerability.id for vulnerability in document.vulnerabilities)
    fixed = dict.fromkeys(
        statement
        for vulnerability in document.vulnerabilities
        for statement in vulnerability.statements
        if statement.status == "fixed"
    )
    builds = [build._replace(errata=()) for statement in fixed if (build := _build(statement))]
    worst: Severity = min((build.severity for build in builds), key=SEVERITIES.index, default="unknown")
    url = f"https://access.redhat.com/errata/{document.id}"
    yield from statements(document.id, "redhat", (build._replace(severity=worst) for build in builds), url, cves)
    # (CSAF has the day of each vulnerability, OVAL the day of the erratum.)
    published = document.vulnerabilities[0].published if document.vulnerabilities and document.category == "oval" else ""
    yield VulnerabilityRecord(document.id, "redhat", cves, document.title[:200], worst, published=published)


def _repositories(file: Path) -> Iterator[Record]:
    for name, about in read_json(file, _Map, MAX_MAP_BYTES).data.items():
        cpes = about.get("cpes")
        known = {namespace_of(cpe) for cpe in cpes if isinstance(cpe, str)} if isinstance(cpes, list) else set()
        if found := tuple(sorted(known - {""})):
            yield Repository(name, found)


def _sample(records: Iterator[Record], detail: str = "VEX documents of some vulnerabilities") -> Iterator[Record]:
    """The records, followed by a mark that their namespaces are partial: from single documents, the number of all
    documents is unknown."""
    namespaces = set()
    for record in records:
        namespaces.add(getattr(record, "namespace", ""))
        yield record
    for namespace in sorted(namespaces - {""}):
        yield NamespaceInfo(namespace, "redhat", 0, 0, partial=True, detail=detail)


def _records(document: csaf.Document) -> Iterator[Record]:
    for vulnerability in document.vulnerabilities:
        yield from csaf.unknown_statuses(vulnerability)
        builds = (build for statement in vulnerability.statements if (build := _build(statement)))
        yield from statements(vulnerability.id, "redhat", builds, f"https://access.redhat.com/security/cve/{vulnerability.id}")
        yield VulnerabilityRecord(
            vulnerability.id,
            "redhat",
            summary=vulnerability.title[:200],
            severity=_SEVERITIES.get(vulnerability.severity.lower(), "unknown"),
            cvss=vulnerability.cvss,
            published=vulnerability.published,
            cwes=vulnerability.cwes,
        )


def _build(statement: csaf.Statement) -> Build | None:
    namespace, part = namespace_of(statement.product), statement.component
    status = _status(statement)
    if not namespace or status is None or part.name.endswith(("-debuginfo", "-debugsource")):
        return None
    errata = dict.fromkeys(id for remedy in statement.remedies if (id := _erratum(remedy.url)))
    severity = _SEVERITIES.get(statement.severity.lower(), "unknown")
    fixed = evr(part.evr) if status == "fixed" else ""
    return Build(namespace, part.name, status, fixed, part.arch, part.module, tuple(errata), severity)


def _status(statement: csaf.Statement) -> Status | None:
    match statement.status:
        case "fixed":
            return "fixed" if statement.component.evr else None
        case "known_not_affected":
            return "not_affected"  # the component, in any build
        case "under_investigation":
            return "undetermined"
        case "known_affected":
            remedies = {remedy.details.strip().lower(): remedy.category for remedy in statement.remedies}
            for text, status in _UNFIXED.items():
                if text in remedies:
                    return status
            return "wont_fix" if "no_fix_planned" in remedies.values() else "open"
    return None


@lru_cache(maxsize=4096)
def _erratum(url: str) -> str:
    found = _ERRATUM.search(url)
    return found[0] if found else ""


@lru_cache(maxsize=4096)  # a document names a product thousands of times
def namespace_of(cpe: str) -> str:
    """The namespace of a CPE, "" unless it is a Red Hat product with a version."""
    found = _CPE.match(cpe)
    if not found or not found["version"]:
        return ""
    product, version, edition = found["product"].lower(), found["version"].lower(), (found["edition"] or "").lower()
    if product == "enterprise_linux":
        return f"rhel:{version.partition('.')[0]}"
    layered = re.fullmatch(r"el\d+", edition) is not None
    return f"{product}:{version}:{edition}" if layered else f"{product}:{version}"


ADVISORY_SOURCE = AdvisorySource(
    name="redhat",
    title="Red Hat Product Security: VEX, repositories",
    licence="CC-BY-4.0",
    homepage="https://access.redhat.com/security/data",
    feeds=feeds,
    parse=parse,
    form="JSON, CSAF VEX, in a tar",
    size="under 1 GB",
    renewed="daily",
    checked="2026-08-21, vunnel",
)
