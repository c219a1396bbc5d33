"""Photon OS: vulnerabilities by source package and release.

Shape: a list of ``{cve_id, pkg, cve_score, aff_ver, res_ver, status}``; ``res_ver`` is the fixed version, "NA" without one;
"Not Affected" entries state nothing that an advisory could.
If a mirror has a release only as OVAL (``com.vmware.phsa-photon5.xml.gz``: a definition for each erratum, fixes alone),
that is read.
Raises: ValueError.  **Source:** packages.broadcom.com, photon_cve_metadata and photon_oval_definitions; OVAL language 5.11.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.formats.feeds.oval import Definition, definitions
from careen.formats.feeds.rpm_errata import Build, statements
from careen.model.advisory import Advisory, Range, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 256 << 20
MAX_OVAL_BYTES = 2 << 30
_LIVE = "https://packages.broadcom.com/photon/photon_cve_metadata"
_RELEASES = ("1.0", "2.0", "3.0", "4.0", "5.0")
_PHSA = re.compile(r"PHSA:\d+:([\d.]+):(\d+)")
_YEAR = re.compile(r"PHSA-(\d{4}):")
_NONE = ("", "NA")
_OF_OTHERS = "BDSA-"  # ids of a commercial database, whose contents are not public


class _Entry(Struct, gc=False):
    cve_id: str
    pkg: str
    res_ver: str | None = None
    status: str | None = None


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    wanted = [release for release in _RELEASES if need.namespaces is None or f"photon:{release}" in need.namespaces]
    names = listing("photon") if wanted else ()
    return tuple(_feed(release, names) for release in wanted)


def _feed(release: str, names: tuple[str, ...]) -> Feed:
    name = f"cve_data_photon{release}.json"
    oval = f"com.vmware.phsa-photon{release.partition('.')[0]}.xml.gz"
    if oval in names and name not in names:
        return Feed(f"photon/{oval}", "", compressed=True, part=release)
    return Feed(f"photon/{name}", f"{_LIVE}/{name}", part=release)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    if feed.path.endswith(".xml.gz"):
        yield from read_each(definitions(file, MAX_OVAL_BYTES), partial(_erratum, feed.part))
    else:
        yield from read_each(read_json(file, list[Raw], MAX_BYTES), partial(_stated, feed.part))


def _stated(release: str, raw: Raw) -> Iterator[Record]:
    entry = from_json(raw, _Entry)
    fixed = (entry.res_ver or "").strip()
    if (entry.status or "").lower() == "not affected" or not entry.pkg or not entry.cve_id:
        return
    if entry.cve_id.startswith(_OF_OTHERS):
        return
    status: Status = "open" if fixed in _NONE else "fixed"
    yield Advisory(
        id=entry.cve_id,
        source="photon",
        namespace=f"photon:{release}",
        package=entry.pkg,
        ranges=() if status == "open" else (Range(fixed=fixed),),
        status=status,
        url=f"https://github.com/vmware/photon/wiki/Security-Update-{release.partition('.')[0]}",
    )


def _erratum(release: str, definition: Definition) -> Iterator[Record]:
    """The records of a definition. Several definitions are titled "PHSA-2024:00001 …"; the reference has the release
    and number, "PHSA:00001:5.0:184"."""
    found = next((named for id in definition.ids if (named := _PHSA.fullmatch(id)) and named[1] == release), None)
    year = _YEAR.match(definition.title)
    if found is None or year is None:
        raise ValueError(f"a definition names no erratum of Photon OS {release}")
    id = f"PHSA-{year[1]}-{release}-{found[2]}"
    product = f"Photon OS {release.partition('.')[0]}"
    builds = (
        Build(f"photon:{release}", test.package, test.status, test.evr, test.arch, severity=definition.severity)
        for test in definition.tested
        if test.product == product
    )
    url = f"https://github.com/vmware/photon/wiki/Security-Updates-{release}-{found[2]}"
    yield from statements(id, "photon", builds, url, definition.cves)
    title = definition.title.partition(" ")[2][:200]
    yield VulnerabilityRecord(id, "photon", definition.cves, title, definition.severity, published=definition.issued)


ADVISORY_SOURCE = AdvisorySource(
    name="photon",
    title="Photon OS CVE metadata",
    licence="none stated",
    homepage="https://github.com/vmware/photon/wiki/Security-Advisories",
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
