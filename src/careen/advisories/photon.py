"""Photon OS: flaws by source package and release.

Shape: a list of ``{cve_id, pkg, cve_score, aff_ver, res_ver, status}``; ``res_ver`` is the version that mends the flaw, "NA"
where there is none; "Not Affected" entries state nothing that an advisory could.
Raises: ValueError.  **Source:** packages.broadcom.com, photon_cve_metadata.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from careen.formats.jsonfile import read_json
from careen.model.advisory import Advisory, Range, Status
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 256 << 20
_LIVE = "https://packages.broadcom.com/photon/photon_cve_metadata"
_RELEASES = ("1.0", "2.0", "3.0", "4.0", "5.0")
_NONE = ("", "NA")


class _Entry(Struct, gc=False):
    cve_id: str
    pkg: str
    res_ver: str | None = None
    status: str | None = None


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"photon/cve_data_photon{release}.json", f"{_LIVE}/cve_data_photon{release}.json", part=release)
        for release in _RELEASES
        if need.namespaces is None or f"photon:{release}" in need.namespaces
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    for entry in read_json(file, list[_Entry], MAX_BYTES):
        fixed = (entry.res_ver or "").strip()
        if (entry.status or "").lower() == "not affected" or not entry.pkg or not entry.cve_id:
            continue
        status: Status = "open" if fixed in _NONE else "fixed"
        yield Advisory(
            id=entry.cve_id,
            source="photon",
            namespace=f"photon:{feed.part}",
            package=entry.pkg,
            ranges=() if status == "open" else (Range(fixed=fixed),),
            status=status,
            url=f"https://github.com/vmware/photon/wiki/Security-Update-{feed.part.partition('.')[0]}",
        )


ADVISORY_SOURCE = AdvisorySource(
    name="photon",
    title="Photon OS CVE metadata",
    licence="none stated",
    homepage="https://github.com/vmware/photon/wiki/Security-Advisories",
    feeds=feeds,
    parse=parse,
)
