"""SUSE and openSUSE: OVAL definitions, one for each CVE, which also list packages without a fix and unaffected ones.

Shape: see ``formats.feeds.oval``; one file a family of products. Only products that an ``os-release`` can name are read:
the server with its modules, Micro, Leap and Tumbleweed. Fixes of long-term support (LTSS) have a namespace of their own
(``sles-ltss:12.5``), because only its customers get them. The files are large, and OSV has the fixes too: only
``careen db update --full`` downloads them.

A mirror may have the same data in other forms. Careen reads the first form that the mirror has: OVAL (``oval/*.xml.gz``; of
each family ``-affected`` before the file with fixes alone; ``-patch`` repeats it by erratum); VEX
(``csaf-vex.tar.bz2``); CVRF by CVE (``cvrf-cve.tar.bz2``), fixes alone; the errata (``csaf.tar.bz2``).
Raises: ValueError.  **Source:** OVAL language 5.11; CSAF 2.0; CVRF 1.2; ftp.suse.com/pub/projects/security.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from careen.formats.archives.tar_archive import documents
from careen.formats.feeds import csaf, cvrf
from careen.formats.feeds.each import ids_in
from careen.formats.feeds.ecosystems import namespace_of
from careen.formats.feeds.oval import Definition, Tested, definitions
from careen.formats.feeds.rpm_errata import Build, evr, statements
from careen.model.advisory import SEVERITIES, PassedOver, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 8 << 30
MAX_DOCUMENT_BYTES = 256 << 20
MAX_ARCHIVE_BYTES = 128 << 30
MAX_DAMAGED = 50
_LIVE = "https://ftp.suse.com/pub/projects/security/oval"
_FAMILY = re.compile(  # files of the index, without families that ended long ago and products that no container runs
    r"suse\.linux\.(?:enterprise\.(?:1[2-9]|[2-9]\d)|(?:enterprise\.)?micro\.\d+)"
    r"|opensuse\.(?:leap\.(?:1[5-9]|2\d)\.\d+|leap\.micro\.\d+\.\d+|tumbleweed)"
)
_OVAL = re.compile(r"((?:open)?suse\.[\w.]+?)(-affected)?\.xml(?:\.gz|\.bz2)?")
_ARCHIVES = re.compile(r"(csaf-vex|cvrf-cve|csaf)\.tar\.(?:bz2|gz|xz|zst)")
_PARTS = ("csaf-vex", "cvrf-cve", "csaf")
_RELEASES = ("sles:", "sles-ltss:", "sle-micro:", "sl-micro:", "opensuse-leap:", "opensuse-leap-micro:", "opensuse-tumbleweed")
_CPE = re.compile(r"cpe:/o:(?:open)?suse:(?P<product>[\w-]+)(?::(?P<version>[\d.]+))?(?::sp(?P<pack>\d+))?")
_PRODUCTS = {  # by the name in a CPE
    "sles": "sles", "suse_sles": "sles", "packagehub": "sles", "sles-ltss": "sles-ltss", "suse_sles_ltss": "sles-ltss",
    "sle-micro": "sle-micro", "suse-microos": "sle-micro", "sl-micro": "sl-micro", "leap": "opensuse-leap",
    "leap-micro": "opensuse-leap-micro", "tumbleweed": "opensuse-tumbleweed",
}  # fmt: skip
_STATES: dict[str, Status] = {
    "fixed": "fixed", "first_fixed": "fixed", "recommended": "fixed", "known_affected": "open",
    "known_not_affected": "not_affected", "under_investigation": "undetermined",
}  # fmt: skip
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "important": "high", "moderate": "medium", "low": "low",
}  # fmt: skip


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None:
        return ()
    families = _families(listing("suse/oval"))
    if not families and (archive := _archive(listing("suse"))):
        return (archive,)
    if not families:
        families = {family: name for family, name in _families(listing(f"{_LIVE}/")).items() if _FAMILY.fullmatch(family)}
    return tuple(
        Feed(
            f"suse/oval/{name}",
            f"{_LIVE}/{name}",
            compressed=not name.endswith(".xml"),
            part=name.partition("-affected")[0],
            full=True,
        )
        for name in sorted(families.values())
    )


def _families(names: tuple[str, ...]) -> dict[str, str]:
    """The best file of each family of products."""
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: ("-affected" not in name, name.endswith(".xml"), name.endswith(".bz2"))):
        if family := _OVAL.fullmatch(name):
            found.setdefault(family[1], name)
    return found


def _archive(names: tuple[str, ...]) -> Feed | None:
    known = {found[1]: name for name in names if (found := _ARCHIVES.fullmatch(name))}
    part = next((part for part in _PARTS if part in known), "")
    return Feed(f"suse/{known[part]}", "", compressed=True, part=part, full=True) if part else None


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    if feed.part in _PARTS:
        yield from _of_archive(feed.part, file)
        return
    for definition in definitions(file, MAX_BYTES):
        if definition.cves:
            yield from _defined(definition, definition.cves[0])


def _defined(definition: Definition, cve: str) -> Iterator[Record]:
    builds = (build for test in definition.tested if (build := _tested(test, definition)))
    yield from statements(cve, "suse", builds, _page(cve))


def _tested(test: Tested, definition: Definition) -> Build | None:
    namespace = _namespace(test.product)
    return Build(namespace, test.package, test.status, test.evr, severity=definition.severity) if namespace else None


def _of_archive(part: str, file: Path) -> Iterator[Record]:
    """The records of an archive. A few damaged documents are passed over, because there are tens of thousands of
    others."""
    damaged = read = 0
    suffix = ".xml" if part == "cvrf-cve" else ".json"
    for data in documents(file, suffix, MAX_DOCUMENT_BYTES, MAX_ARCHIVE_BYTES):
        try:
            document = cvrf.read_bytes(data, "suse") if suffix == ".xml" else csaf.read(data, "suse")
        except ValueError as error:
            damaged += 1
            if damaged > MAX_DAMAGED:
                raise ValueError(f"more than {MAX_DAMAGED} damaged documents, the last: {error}") from None
            yield PassedOver(str(error), ids_in(data))
            continue
        read += 1
        yield from _erratum(document) if part == "csaf" else _vulnerabilities(document)
    if not read:
        raise ValueError("none of its documents can be read")


def _vulnerabilities(document: csaf.Document) -> Iterator[Record]:
    for vulnerability in document.vulnerabilities:
        yield from csaf.unknown_statuses(vulnerability)
        yield from statements(vulnerability.id, "suse", _builds(vulnerability), _page(vulnerability.id))
        severity = _SEVERITIES.get(vulnerability.severity.lower(), "unknown")
        yield VulnerabilityRecord(
            vulnerability.id,
            "suse",
            severity=severity,
            cvss=vulnerability.cvss,
            published=vulnerability.published,
            cwes=vulnerability.cwes,
        )


def _erratum(document: csaf.Document) -> Iterator[Record]:
    """The records of an erratum, all of whose vulnerabilities are fixed by the same builds."""
    cves = tuple(vulnerability.id for vulnerability in document.vulnerabilities)
    builds = dict.fromkeys(build for vulnerability in document.vulnerabilities for build in _builds(vulnerability))
    worst: Severity = min((build.severity for build in builds), key=SEVERITIES.index, default="unknown")
    graver = dict.fromkeys(build._replace(severity=worst) for build in builds)
    yield from statements(document.id, "suse", graver, f"https://www.suse.com/support/update/announcement/{document.id}", cves)
    yield VulnerabilityRecord(document.id, "suse", cves, document.title[:200], worst)


def _builds(vulnerability: csaf.Vulnerability) -> Iterator[Build]:
    for statement in vulnerability.statements:
        namespace, status, part = _namespace(statement.product), _STATES.get(statement.status), statement.component
        if not namespace or status is None or (status == "fixed" and not part.evr) or part.arch == "src":
            continue
        if status == "open" and any(remedy.category == "no_fix_planned" for remedy in statement.remedies):
            status = "wont_fix"
        severity = _SEVERITIES.get(statement.severity.lower(), "unknown")
        yield Build(namespace, part.name, status, evr(part.evr) if status == "fixed" else "", part.arch, severity=severity)


def _page(cve: str) -> str:
    return f"https://www.suse.com/security/cve/{cve}"


@lru_cache(maxsize=4096)  # a document names a product hundreds of times
def _namespace(product: str) -> str:
    """The namespace for a product's name or CPE; "" unless it is a release that an image can contain."""
    if found := _CPE.fullmatch(product):
        name = "sles" if found["product"].startswith("sle-module-") else _PRODUCTS.get(found["product"], "")
        release = ".".join(filter(None, (found["version"], found["pack"])))
        return f"{name}:{release}" if name and release else name if name == "opensuse-tumbleweed" else ""
    vendor, _, rest = product.partition(" ")
    known = namespace_of(f"{vendor}:{rest}")
    return known if known.startswith(_RELEASES) else ""


ADVISORY_SOURCE = AdvisorySource(
    name="suse",
    title="SUSE and openSUSE OVAL",
    licence="none stated",
    homepage="https://www.suse.com/support/security/oval/",
    feeds=feeds,
    parse=parse,
    form="XML, OVAL",
    size="under 100 MB",
    checked="2026-08-21, claircore",
)
