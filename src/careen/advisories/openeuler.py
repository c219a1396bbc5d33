"""openEuler: security advisories in CSAF, one document a bulletin.

Shape: see ``formats.feeds.csaf``; ``openeuler/<year>/csaf-openeuler-sa-<year>-<number>.json`` in a mirror. OSV has the same
bulletins in one archive, which is what a scan downloads. Both name source packages. Service packs are releases of their
own (``22.03-lts-sp3``).
If a mirror has a bulletin as CSAF and as CVRF (``cvrf-openEuler-SA-<year>-<number>.xml``), Careen reads CSAF. Bulletins of
hot patches are about the running kernel, which is not the container's, and are left out.
Raises: ValueError.  **Source:** CSAF 2.0; ICASI CVRF 1.1; repo.openeuler.org/security/data/csaf.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.data.json_file import read_bounded
from careen.formats.feeds import csaf, cvrf
from careen.formats.feeds.ecosystems import namespace_of
from careen.formats.feeds.rpm_errata import Build, evr, statements
from careen.model.advisory import NamespaceInfo, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 64 << 20
_LIVE = "https://repo.openeuler.org/security/data/csaf/advisories"
_YEAR = re.compile(r"\d{4}")
_CPE = re.compile(r"cpe:/[ao]:openEuler:openEuler:([\w.-]+)", re.IGNORECASE)
_CVRF = re.compile(r"cvrf-openEuler-SA-\d{4}-\d+\.xml", re.IGNORECASE)
_STATUS: dict[str, Status] = {"fixed": "fixed", "known_affected": "open", "known_not_affected": "not_affected"}
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(namespace.startswith("openeuler:") for namespace in need.namespaces):
        return ()
    found: list[Feed] = []
    for year in filter(_YEAR.fullmatch, listing("openeuler")):
        names = listing(f"openeuler/{year}")
        documents = {_bulletin_of(name): name for name in names if name.startswith("csaf-") and name.endswith(".json")}
        found += [Feed(f"openeuler/{year}/{name}", f"{_LIVE}/{year}/{name}") for name in documents.values()]
        older = (name for name in names if _CVRF.fullmatch(name) and _bulletin_of(name) not in documents)
        found += [Feed(f"openeuler/{year}/{name}", "") for name in older]
    return tuple(found)


def _bulletin_of(name: str) -> str:
    """The bulletin of a file name: "openeuler-sa-2099-1001"."""
    return name.lower().partition("-")[2].rpartition(".")[0]


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    is_cvrf = feed.path.endswith(".xml")
    document = cvrf.read(file, "openeuler") if is_cvrf else csaf.read(read_bounded(file, MAX_BYTES), "openeuler")
    namespaces = set()
    url = f"https://www.openeuler.org/en/security/security-bulletins/detail/?id={document.id}"
    for vulnerability in document.vulnerabilities:
        yield from csaf.unknown_statuses(vulnerability)
        for record in statements(
            vulnerability.id, "openeuler", _builds(vulnerability), url, _bulletin(document, vulnerability)
        ):
            namespaces.add(record.namespace)
            yield record
        severity = _SEVERITIES.get(vulnerability.severity.lower(), "unknown")
        yield VulnerabilityRecord(
            vulnerability.id, "openeuler", summary=vulnerability.title[:200], severity=severity, cvss=vulnerability.cvss
        )
    for namespace in sorted(namespaces):
        yield NamespaceInfo(namespace, "openeuler", 0, 0, partial=True, detail="bulletins that came singly")


def _bulletin(document: csaf.Document, vulnerability: csaf.Vulnerability) -> tuple[str, ...]:
    return (document.id,) if document.id and document.id != vulnerability.id else ()


def _builds(vulnerability: csaf.Vulnerability) -> Iterator[Build]:
    """The builds of a vulnerability: those of source packages, which OSV has too, if the document lists any."""
    builds = [build for statement in vulnerability.statements if (build := _build(statement))]
    sources = [build._replace(arch="") for build in builds if build.arch == "src"]
    yield from sources or builds


def _build(statement: csaf.Statement) -> Build | None:
    found, status, part = _CPE.match(statement.product), _STATUS.get(statement.status), statement.component
    if not found or status is None or (status == "fixed" and not part.evr):
        return None
    severity = _SEVERITIES.get(statement.severity.lower(), "unknown")
    fixed = evr(part.evr) if status == "fixed" else ""
    return Build(namespace_of(f"openEuler:{found[1]}"), part.name, status, fixed, part.arch, severity=severity)


ADVISORY_SOURCE = AdvisorySource(
    name="openeuler",
    title="openEuler security bulletins, of a mirror (OSV has them too)",
    licence="none stated",
    homepage="https://www.openeuler.org/en/security/security-bulletins/",
    feeds=feeds,
    parse=parse,
    form="JSON, CSAF",
    size="under 10 MB",
    checked="2026-08-07, vuls-data-update",
)
