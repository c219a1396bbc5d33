"""SUSE and openSUSE: OVAL definitions, one for each CVE, which also say what is not mended and what is not affected.

Shape: see ``formats.feeds.oval``; one file a family of products. Of products those count that an ``os-release`` names: the
server with its modules, Micro, Leap and Tumbleweed. What long-term support (LTSS) mends is kept apart (``sles-ltss:12.5``):
its fixes are for those who pay. The files are large, and OSV has the fixes: ``careen db update --full`` fetches them.

A mirror may have the same knowledge in other forms, of which one is read, the first that is there: OVAL (``oval/*.xml.gz``,
of each family ``-affected`` before the one that has fixes alone; ``-patch`` repeats it by erratum); VEX
(``csaf-vex.tar.bz2``); CVRF by CVE (``cvrf-cve.tar.bz2``), which has fixes alone; the errata (``csaf.tar.bz2``).
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
_FAMILY = re.compile(  # of those that the index lists, without what ended long ago and what is no container's
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
    builds = (build for one in definition.tested if (build := _tested(one, definition)))
    yield from statements(cve, "suse", builds, _page(cve))


def _tested(one: Tested, definition: Definition) -> Build | None:
    namespace = _namespace(one.product)
    return Build(namespace, one.package, one.status, one.evr, severity=definition.severity) if namespace else None


def _of_archive(part: str, file: Path) -> Iterator[Record]:
    """A few damaged documents are passed over: the others are tens of thousands."""
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
        yield from _erratum(document) if part == "csaf" else _flaws(document)
    if not read:
        raise ValueError("none of its documents can be read")


def _flaws(document: csaf.Document) -> Iterator[Record]:
    for flaw in document.flaws:
        yield from csaf.not_understood(flaw)
        yield from statements(flaw.id, "suse", _builds(flaw), _page(flaw.id))
        severity = _SEVERITIES.get(flaw.severity.lower(), "unknown")
        yield VulnerabilityRecord(flaw.id, "suse", severity=severity, cvss=flaw.cvss, published=flaw.published, cwes=flaw.cwes)


def _erratum(document: csaf.Document) -> Iterator[Record]:
    """Which mends all of its flaws by the same builds."""
    cves = tuple(flaw.id for flaw in document.flaws)
    builds = dict.fromkeys(build for flaw in document.flaws for build in _builds(flaw))
    worst: Severity = min((build.severity for build in builds), key=SEVERITIES.index, default="unknown")
    graver = dict.fromkeys(build._replace(severity=worst) for build in builds)
    yield from statements(document.id, "suse", graver, f"https://www.suse.com/support/update/announcement/{document.id}", cves)
    yield VulnerabilityRecord(document.id, "suse", cves, document.title[:200], worst)


def _builds(flaw: csaf.Flaw) -> Iterator[Build]:
    for one in flaw.said:
        namespace, status, part = _namespace(one.product), _STATES.get(one.status), one.component
        if not namespace or status is None or (status == "fixed" and not part.evr) or part.arch == "src":
            continue
        if status == "open" and any(remedy.category == "no_fix_planned" for remedy in one.remedies):
            status = "wont_fix"
        severity = _SEVERITIES.get(one.severity.lower(), "unknown")
        yield Build(namespace, part.name, status, evr(part.evr) if status == "fixed" else "", part.arch, severity=severity)


def _page(cve: str) -> str:
    return f"https://www.suse.com/security/cve/{cve}"


@lru_cache(maxsize=4096)  # a document names a product hundreds of times
def _namespace(product: str) -> str:
    """Of a product's name or CPE; empty for what is no release that an image could be of."""
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
