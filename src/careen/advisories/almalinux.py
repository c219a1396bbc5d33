"""AlmaLinux: the errata of a release, with the module that a package was built for.

Shape: ``{data: [{id, type, severity, title, issued_date, references: [{id, type}], packages: [{name, epoch, version,
release, arch, module}]}]}``; ``module`` is "name:stream:version:context:arch". OSV has the same errata without modules.
Raises: ValueError.  **Source:** errata.almalinux.org, errata.full.json.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from careen.formats.jsonfile import read_json
from careen.formats.rpmerrata import Build, evr, statements
from careen.model.advisory import Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 512 << 20
_LIVE = "https://errata.almalinux.org"
_RELEASES = ("8", "9", "10")
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
    data: list[_Erratum]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"almalinux/{release}/errata.full.json", f"{_LIVE}/{release}/errata.full.json", part=release)
        for release in _RELEASES
        if need.namespaces is None or f"almalinux:{release}" in need.namespaces
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    namespace = f"almalinux:{feed.part}"
    for erratum in read_json(file, _Errata, MAX_BYTES).data:
        cves = tuple(dict.fromkeys(one.id for one in erratum.references if one.id.startswith("CVE-")))
        if not cves and erratum.type != "security":
            continue
        severity = _SEVERITIES.get((erratum.severity or "").lower(), "unknown")
        builds = (_build(namespace, package, severity) for package in erratum.packages)
        url = f"{_LIVE}/{feed.part}/{erratum.id.replace(':', '-')}.html"
        yield from statements(erratum.id, "almalinux", builds, url, cves)
        yield VulnerabilityRecord(
            erratum.id, "almalinux", cves, erratum.title[:200], severity, published=_day(erratum.issued_date)
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
    licence="none stated",
    homepage="https://errata.almalinux.org",
    feeds=feeds,
    parse=parse,
    on_demand=False,
)
