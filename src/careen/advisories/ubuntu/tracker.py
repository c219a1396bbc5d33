"""Ubuntu's CVE tracker itself: an archive of its repository, with a file for each CVE.

Shape: ``active/CVE-2022-36879`` and ``retired/CVE-…`` have ``Name: value`` lines (``Priority``, ``PublicDate``), a block
``CVSS:`` with indented vectors, and for each source package and place a line ``jammy_linux: released (5.15.0-48.54)``. Its
states: needed, active, in-progress and pending wait for a fix; released, deferred, ignored; needs-triage is not assessed
yet; not-affected and DNE need no statement. Files in ``ignored/`` are about no package of Ubuntu.
Raises: ValueError.  **Source:** ubuntu-cve-tracker, README, "Status".
"""

import re
from collections.abc import Iterator
from pathlib import Path

from careen.formats.archives.tar_archive import chosen
from careen.formats.feeds import cvss
from careen.formats.feeds.ubuntu_places import SEVERITIES, ignored, statements
from careen.model.advisory import Advisory, Cvss, Severity, Status, VulnerabilityRecord

MAX_FILE_BYTES = 8 << 20
MAX_ARCHIVE_BYTES = 8 << 30
_FILE = re.compile(r"(?:.*/)?(?:active|retired)/(CVE-\d{4}-\d{4,19})")
_STATE = re.compile(r"([\w./-]{2,60})_([a-z0-9][a-z0-9+.-]*): *([A-Za-z-]+)(?: +\((.*)\))?\s*")
_FIELD = re.compile(r"(Priority|PublicDate)((?:_[\w+./-]+)?): *(\S+).*")
_VECTOR = re.compile(r"\s+[\w-]+: *(CVSS:\S+).*")
_STATES: dict[str, Status] = {
    "released": "fixed", "needed": "open", "active": "open", "in-progress": "open", "pending": "open",
    "deferred": "deferred", "needs-triage": "undetermined",
}  # fmt: skip


def records(file: Path) -> Iterator[Advisory | VulnerabilityRecord]:
    found = False
    for path, data in chosen(file, lambda path: _FILE.fullmatch(path) is not None, MAX_FILE_BYTES, MAX_ARCHIVE_BYTES):
        found = True
        yield from read(path.rpartition("/")[2], data)
    if not found:
        raise ValueError("it has no folder active/ or retired/ with CVEs")


def read(id: str, data: bytes) -> Iterator[Advisory | VulnerabilityRecord]:
    severities: dict[str, Severity] = {}
    published = ""
    vectors: dict[Cvss, None] = {}
    advisories: dict[tuple[str, str], Advisory] = {}
    lines = [line[:2000] for line in data.decode("utf-8", "replace").splitlines()]
    for line in lines:
        if found := _FIELD.fullmatch(line):
            if found[1] == "Priority":
                severities[found[2].removeprefix("_")] = SEVERITIES.get(found[3].lower(), "unknown")
            elif not found[2]:
                published = found[3][:10]
        elif found := _VECTOR.fullmatch(line):
            vectors.update(dict.fromkeys(cvss.scored(found[1], "ubuntu")))
    for line in lines:
        if found := _STATE.fullmatch(line):
            place, package, state, note = found[1], found[2], found[3], (found[4] or "").strip()
            status = ignored(note) if state == "ignored" else _STATES.get(state)
            if status is None:
                continue
            version = note.split(" ")[0] if status == "fixed" else ""
            severity = severities.get(package, severities.get("", "unknown"))
            for advisory in statements(id, package, place, status, version, severity):
                advisories.setdefault((advisory.namespace, advisory.package), advisory)
    yield from advisories.values()
    if advisories:
        yield VulnerabilityRecord(id, "ubuntu", cvss=tuple(vectors), published=published)
