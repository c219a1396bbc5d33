"""Ubuntu's security notices, as its website gives them: pages of JSON.

Shape: ``{notices: [{id, title, published, cves_ids, release_packages: {codename: [{name, version, is_source, pocket}]}}]}``.
Only source packages with a version are read. A notice stands for each of its CVEs, and has no unfixed vulnerabilities.
Raises: ValueError.  **Source:** ubuntu.com/security/notices.json.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.formats.feeds.ubuntu_places import statements
from careen.model.advisory import Advisory, PassedOver, VulnerabilityRecord
from careen.safety.typed import from_json

MAX_BYTES = 512 << 20
_ID = re.compile(r"[LU]SN-\d{1,6}-\d{1,4}")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")


class _Package(Struct, gc=False):
    name: str
    version: str = ""
    is_source: bool = False
    pocket: str | None = None


class _Notice(Struct, gc=False):
    id: str
    title: str = ""
    published: str = ""
    cves_ids: list[str] = []
    release_packages: dict[str, list[_Package]] = {}


class _Page(Struct, gc=False):
    notices: list[Raw]


def records(file: Path) -> Iterator[Advisory | VulnerabilityRecord | PassedOver]:
    yield from read_each(read_json(file, _Page, MAX_BYTES).notices, _of_notice)


def _of_notice(raw: Raw) -> Iterator[Advisory | VulnerabilityRecord]:
    notice = from_json(raw, _Notice)
    if not _ID.fullmatch(notice.id):
        raise ValueError(f"a notice has no usable id: {notice.id[:60]!r}")
    cves = tuple(dict.fromkeys(filter(_CVE.fullmatch, notice.cves_ids)))
    advisories: dict[tuple[str, str], Advisory] = {}
    for codename, packages in notice.release_packages.items():
        for package in packages:
            if not package.is_source:
                continue
            paid = (package.pocket or "").startswith(("esm", "fips"))
            place = f"{package.pocket}/{codename}" if paid else codename
            for advisory in statements(
                notice.id, package.name, place, "fixed", package.version, aliases=cves, release_omitted=True
            ):
                advisories.setdefault((advisory.namespace, advisory.package), advisory)
    yield from advisories.values()
    yield VulnerabilityRecord(notice.id, "ubuntu", cves, notice.title[:200], published=notice.published[:10])
