"""Rocky Linux: its errata, from its repositories or from its errata page.

Shape: ``rocky/<release>/<repository>/updateinfo.xml`` (see ``formats.feeds.updateinfo``), of one architecture, which stands for
all; or ``rocky/errata/*.json``, answers of the page's API: ``{advisories: [{name, synopsis, severity, kind,
published_at, cves: [{cve}], packages: [{nevra, module_name, module_stream, product_name}]}]}``. A repository lists only the
errata of its current minor release, and OSV has all of them, so both are read from a mirror.
Raises: ValueError.  **Source:** createrepo's updateinfo.xml; errata.rockylinux.org, API v3.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.formats.feeds.rpm_errata import Build, evr, statements
from careen.formats.feeds.updateinfo import Update, records, updates
from careen.formats.packages.nevra import parse_nevra
from careen.model.advisory import Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 1 << 30
MAX_LENGTH = 200
_HOME = "https://errata.rockylinux.org"
_PAGES = "errata"
_RELEASES = ("8", "9", "10")
_REPOSITORIES = ("BaseOS", "AppStream", "CRB", "PowerTools", "extras", "HighAvailability", "RT", "NFV", "ResilientStorage")
_PRODUCT = re.compile(r"Rocky Linux (\d+)(?:\.\d+)?(?: .*)?")
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "important": "high", "moderate": "medium", "low": "low"}


class _Cve(Struct, gc=False):
    cve: str


class _Package(Struct, gc=False):
    nevra: str
    product_name: str
    module_name: str | None = None
    module_stream: str | None = None


class _Erratum(Struct, gc=False):
    name: str
    kind: str = ""
    synopsis: str = ""
    severity: str | None = None
    published_at: str | None = None
    cves: list[_Cve] = []
    packages: list[_Package] = []


class _Page(Struct, gc=False):
    advisories: list[Raw]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    releases = [release for release in _RELEASES if need.namespaces is None or f"rocky:{release}" in need.namespaces]
    of_repositories = tuple(
        Feed(f"rocky/{release}/{repository}/updateinfo.xml", "", part=release)
        for release in releases
        for repository in _REPOSITORIES
    )
    pages = [name for name in listing("rocky/errata") if name.endswith(".json")] if releases else []
    return *of_repositories, *(Feed(f"rocky/errata/{name}", "", part=_PAGES) for name in pages)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    if feed.part == _PAGES:
        yield from read_each(read_json(file, _Page, MAX_BYTES).advisories, _of_page)
        return

    def records_of(update: Update) -> Iterator[Record]:
        yield from records(update, "rocky", f"rocky:{feed.part}", f"{_HOME}/{update.id}", every_arch=True)

    yield from updates(file, MAX_BYTES, records_of)


def _of_page(raw: Raw) -> Iterator[Record]:
    erratum = from_json(raw, _Erratum)
    cves = tuple(dict.fromkeys(listed.cve for listed in erratum.cves if listed.cve.startswith("CVE-")))
    if not erratum.name or len(erratum.name) > MAX_LENGTH:
        raise ValueError(f"an erratum has no usable id: {erratum.name[:60]!r}")
    if not cves and erratum.kind != "Security":
        return
    severity = _SEVERITIES.get((erratum.severity or "").lower(), "unknown")
    builds = (build for package in erratum.packages if (build := _build(package, severity)))
    yield from statements(erratum.name, "rocky", builds, f"{_HOME}/{erratum.name}", cves)
    published = (erratum.published_at or "")[:10]
    yield VulnerabilityRecord(erratum.name, "rocky", cves, erratum.synopsis[:MAX_LENGTH], severity, published=published)


def _build(package: _Package, severity: Severity) -> Build | None:
    found = _PRODUCT.fullmatch(package.product_name)
    if found is None:
        return None
    part = parse_nevra(package.nevra)
    module = f"{package.module_name}:{package.module_stream}" if package.module_name and package.module_stream else ""
    return Build(f"rocky:{found[1]}", part.name, "fixed", evr(part.evr), part.arch, module, severity=severity)


ADVISORY_SOURCE = AdvisorySource(
    name="rocky",
    title="Rocky Linux errata",
    licence="BSD",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="XML, updateinfo",
    size="under 10 MB",
)
