"""AlmaLinux: the errata of a release, with the module that a package was built for.

Shape: ``{data: [{id, type, severity, title, issued_date, references: [{id, type}], packages: [{name, epoch, version,
release, arch, module}]}]}``; ``module`` is "name:stream:version:context:arch". OSV has the same errata without modules.
A mirror without this file may have OVAL instead, ``org.almalinux.alsa-<release>.xml.bz2``, or the repositories' own
``<repository>/updateinfo.xml``; Careen reads the first of these three that the mirror has.
Raises: ValueError.  **Source:** errata.almalinux.org, errata.full.json; OVAL language 5.11; createrepo's updateinfo.xml.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.formats.feeds.oval import Definition, definitions
from careen.formats.feeds.rpm_errata import Build, evr, statements
from careen.formats.feeds.updateinfo import Update, records, updates
from careen.model.advisory import Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 512 << 20
_LIVE = "https://errata.almalinux.org"
_RELEASES = ("8", "9", "10")
_ERRATA = "errata.full.json"
_UPDATES = "updateinfo.xml"
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "important": "high", "moderate": "medium", "low": "low"}


class _Reference(Struct, gc=False):
    id: str = ""
    type: str = ""


class _Package(Struct, gc=False):
    name: str
    version: str
    release: str
    epoch: str | int | None = None
    arch: str = ""
    module: str | None = None


class _Erratum(Struct, gc=False):
    id: str
    type: str = ""
    severity: str | None = None
    title: str = ""
    issued_date: int | float | None = None
    references: list[_Reference] = []
    packages: list[_Package] = []


class _Errata(Struct, gc=False):
    data: list[Raw]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    releases = (release for release in _RELEASES if need.namespaces is None or f"almalinux:{release}" in need.namespaces)
    return tuple(feed for release in releases for feed in _of(release, listing))


def _of(release: str, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    folder = f"almalinux/{release}"
    names = listing(folder)
    oval = f"org.almalinux.alsa-{release}.xml.bz2"
    if not names or _ERRATA in names:
        return (Feed(f"{folder}/{_ERRATA}", f"{_LIVE}/{release}/{_ERRATA}", part=release),)
    if oval in names:
        return (Feed(f"{folder}/{oval}", "", part=release),)
    return tuple(
        Feed(f"{folder}/{name}/{_UPDATES}", "", part=release) for name in names if _UPDATES in listing(f"{folder}/{name}")
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    namespace = f"almalinux:{feed.part}"
    if feed.path.endswith(_UPDATES):
        yield from updates(file, MAX_BYTES, partial(_of_update, feed.part))
    elif feed.path.endswith(_ERRATA):
        yield from read_each(read_json(file, _Errata, MAX_BYTES).data, partial(_of_erratum, feed.part))
    else:
        yield from read_each(definitions(file, MAX_BYTES), partial(_of_definition, namespace, feed.part))


def _page(release: str, id: str) -> str:
    return f"{_LIVE}/{release}/{id.replace(':', '-')}.html"


def _of_update(release: str, update: Update) -> Iterator[Record]:
    yield from records(update, "almalinux", f"almalinux:{release}", _page(release, update.id), every_arch=True)


def _of_erratum(release: str, raw: Raw) -> Iterator[Record]:
    erratum = from_json(raw, _Erratum)
    cves = tuple(dict.fromkeys(reference.id for reference in erratum.references if reference.id.startswith("CVE-")))
    if not cves and erratum.type != "security":
        return
    severity = _SEVERITIES.get((erratum.severity or "").lower(), "unknown")
    builds = (_build(f"almalinux:{release}", package, severity) for package in erratum.packages)
    yield from statements(erratum.id, "almalinux", builds, _page(release, erratum.id), cves)
    yield VulnerabilityRecord(erratum.id, "almalinux", cves, erratum.title[:200], severity, published=_day(erratum.issued_date))


def _of_definition(namespace: str, release: str, definition: Definition) -> Iterator[Record]:
    erratum = next((id for id, source in definition.ids.items() if source == "ALSA"), "")
    if not erratum:
        raise ValueError("a definition names no erratum")
    builds = (
        Build(namespace, test.package, test.status, test.evr, test.arch, test.module, severity=definition.severity)
        for test in definition.tested
        if test.product == f"AlmaLinux {release}"
    )
    yield from statements(erratum, "almalinux", builds, _page(release, erratum), definition.cves)
    yield VulnerabilityRecord(
        erratum, "almalinux", definition.cves, definition.title[:200], definition.severity, published=definition.issued
    )


def _build(namespace: str, package: _Package, severity: Severity) -> Build:
    fixed = evr(f"{package.epoch or '0'}:{package.version}-{package.release}")
    module = ":".join((package.module or "").split(":")[:2])
    return Build(namespace, package.name, "fixed", fixed, package.arch, module, severity=severity)


def _day(seconds: float | None) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""
    except (OverflowError, OSError, ValueError):
        return ""


ADVISORY_SOURCE = AdvisorySource(
    name="almalinux",
    title="AlmaLinux errata",
    licence="MIT",
    homepage="https://errata.almalinux.org",
    feeds=feeds,
    parse=parse,
    on_demand=False,
    form="JSON",
    size="under 10 MB",
    checked="2026-08-07, vuls-data-update",
)
