"""Red Hat: the VEX documents of Product Security, and which products a repository of packages serves.

Shape: one CSAF VEX document a CVE; all of them in one archive (``csaf_vex.tar.zst``, whose live name
``archive_latest.txt`` tells), or by year in a mirror. ``repository-to-cpe.json`` is ``{data: {repository: {cpes}}}``.
A product is named by its CPE: ``enterprise_linux:9`` is namespace ``rhel:9``, whatever its repository; extended support
(``rhel_eus:9.2``) and layered products (``openshift:4.14:el9``) are namespaces of their own.
Fixed builds are listed by binary package, what is not mended by source package. What remediations say: ``none_available``
is open, or deferred ("Fix deferred"); ``no_fix_planned`` will not be fixed, or is out of support. Container images that an
erratum replaces are no packages and passed over.
Raises: ValueError.  **Source:** CSAF 2.0; Red Hat, "VEX data"; Red Hat, "Common security advisory framework files".
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from careen.formats import csaf
from careen.formats.jsonfile import read_bounded, read_json
from careen.formats.rpmerrata import Build, evr, statements
from careen.formats.tararchive import documents
from careen.model.advisory import NamespaceInfo, Repository, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_DOCUMENT_BYTES = 256 << 20
MAX_ARCHIVE_BYTES = 128 << 30
MAX_MAP_BYTES = 64 << 20
MAX_DAMAGED = 50
_DATA = "https://security.access.redhat.com/data"
_VEX = "csaf/v2/vex"
_MAP = "meta/v1/repository-to-cpe.json"
_ARCHIVE = "csaf_vex.tar.zst"
_YEAR = re.compile(r"\d{4}")
_CPE = re.compile(r"cpe:/[ao]:redhat:(?P<product>[\w-]+)(?::(?P<version>[\w.-]*))?(?:::(?P<edition>[\w.-]+))?")
_ERRATUM = re.compile(r"RH[SBE]A-\d{4}:\d+")
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "important": "high", "moderate": "medium", "low": "low"}
_UNMENDED: dict[str, Status] = {
    "fix deferred": "deferred",
    "will not fix": "wont_fix",
    "out of support scope": "end_of_life",
}


class _Map(Struct):
    data: dict[str, dict[str, Any]]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(namespace.startswith("rhel:") for namespace in need.namespaces):
        return ()
    found = [Feed(f"redhat/{_MAP}", f"{_DATA}/{_MAP}", part="repositories")]
    if need.namespaces is None:
        latest = f"{_DATA}/{_VEX}/archive_latest.txt"
        found.append(Feed(f"redhat/{_VEX}/{_ARCHIVE}", latest, compressed=True, part="VEX", named=".tar.zst", full=True))
    folder = f"redhat/{_VEX}"
    for year in filter(_YEAR.fullmatch, listing(folder)):
        files = [name for name in listing(f"{folder}/{year}") if name.startswith("cve-") and name.endswith(".json")]
        found += [Feed(f"{folder}/{year}/{name}", f"{_DATA}/{_VEX}/{year}/{name}", part="VEX") for name in files]
    return tuple(found)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    if feed.part == "repositories":
        yield from _repositories(file)
    elif feed.path.endswith(".tar.zst"):
        yield from _archive(file)
    else:
        yield from _sample(csaf.read(read_bounded(file, MAX_DOCUMENT_BYTES), "redhat"))


def _archive(file: Path) -> Iterator[Record]:
    """A few damaged documents are passed over: the others are tens of thousands."""
    damaged = 0
    for data in documents(file, ".json", MAX_DOCUMENT_BYTES, MAX_ARCHIVE_BYTES):
        try:
            document = csaf.read(data, "redhat")
        except ValueError as error:
            damaged += 1
            if damaged > MAX_DAMAGED:
                raise ValueError(f"more than {MAX_DAMAGED} damaged documents, the last: {error}") from None
            continue
        yield from _records(document)


def _repositories(file: Path) -> Iterator[Record]:
    for name, about in read_json(file, _Map, MAX_MAP_BYTES).data.items():
        cpes = about.get("cpes")
        known = {namespace_of(cpe) for cpe in cpes if isinstance(cpe, str)} if isinstance(cpes, list) else set()
        if found := tuple(sorted(known - {""})):
            yield Repository(name, found)


def _sample(document: csaf.Document) -> Iterator[Record]:
    """Of documents that come singly nobody knows how many there are."""
    namespaces = set()
    for record in _records(document):
        namespaces.add(getattr(record, "namespace", ""))
        yield record
    for namespace in sorted(namespaces - {""}):
        yield NamespaceInfo(namespace, "redhat", 0, 0, partial=True, detail="VEX documents of some flaws")


def _records(document: csaf.Document) -> Iterator[Record]:
    for flaw in document.flaws:
        builds = (build for one in flaw.said if (build := _build(one)))
        yield from statements(flaw.id, "redhat", builds, f"https://access.redhat.com/security/cve/{flaw.id}")
        yield VulnerabilityRecord(
            flaw.id,
            "redhat",
            summary=flaw.title[:200],
            severity=_SEVERITIES.get(flaw.severity.lower(), "unknown"),
            cvss=flaw.cvss,
            published=flaw.published,
            cwes=flaw.cwes,
        )


def _build(one: csaf.Said) -> Build | None:
    namespace, part = namespace_of(one.product), one.component
    status = _status(one)
    if not namespace or status is None or part.name.endswith(("-debuginfo", "-debugsource")):
        return None
    errata = dict.fromkeys(id for remedy in one.remedies if (id := _erratum(remedy.url)))
    severity = _SEVERITIES.get(one.severity.lower(), "unknown")
    fixed = evr(part.evr) if status == "fixed" else ""
    return Build(namespace, part.name, status, fixed, part.arch, part.module, tuple(errata), severity)


def _status(one: csaf.Said) -> Status | None:
    match one.status:
        case "fixed":
            return "fixed" if one.component.evr else None
        case "known_not_affected":
            return "not_affected"  # the component, whatever build was looked at
        case "under_investigation":
            return "undetermined"
        case "known_affected":
            said = {remedy.details.strip().lower(): remedy.category for remedy in one.remedies}
            for text, status in _UNMENDED.items():
                if text in said:
                    return status
            return "wont_fix" if "no_fix_planned" in said.values() else "open"
    return None


@lru_cache(maxsize=4096)
def _erratum(url: str) -> str:
    found = _ERRATUM.search(url)
    return found[0] if found else ""


@lru_cache(maxsize=4096)  # a document names a product thousands of times
def namespace_of(cpe: str) -> str:
    """Empty for what is no product of Red Hat with a version."""
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
)
