"""Lists of changed records with the times of their changes.

Two forms: OSV's ``2026-11-24T10:00:00.123456Z,GHSA-…``, and CSAF's ``"2026/cve-2026-0001.json","2026-11-24T10:00:00+00:00"``
(``changes.csv``, and in the same form ``deletions.csv``), a line for each record, the newest first.
Raises: ValueError for a line of another form.  **Source:** OSV, "Data Dumps"; CSAF 2.0, 7.1.13 (ROLIE and directories).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
_OSV = re.compile(rf"({_MOMENT}),([A-Za-z0-9][\w:./-]{{1,199}})")
_CSAF = re.compile(rf'"?((?:\d{{4}}/)?([A-Za-z][\w-]{{1,99}})\.json)"?,"?({_MOMENT})"?')


class Change(Struct, frozen=True):
    id: str  # such as "GHSA-…", "CVE-2026-0001", "RHSA-2026:0001"
    path: str  # part of its address
    at: datetime
    moment: str  # as it was written


def changes(lines: Iterable[str]) -> Iterator[Change]:
    for line in lines:
        if line := line.strip():
            yield change(line)


def change(line: str) -> Change:
    if found := _OSV.fullmatch(line):
        moment, path = found.groups()
        return Change(path.rpartition("/")[2], path.rpartition("/")[2], _at(moment), moment)
    if found := _CSAF.fullmatch(line):
        path, stem, moment = found.groups()
        return Change(stem.upper().replace("_", ":"), path, _at(moment), moment)
    raise ValueError(f"not a line of a list of changes: {line[:60]!r}")


def moment(text: str) -> datetime | None:
    """The text as a time; None if it is not one. Fractions may have any length. Texts must not be compared themselves:
    "01Z" is before "01.5Z" but sorts after it.
    """
    try:
        return _at(text)
    except ValueError:
        return None


def _at(text: str) -> datetime:
    text = re.sub(r"\.(\d{1,9})", lambda found: f".{found[1][:6]:0<6}", text)
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"a time without its zone: {text[:40]!r}")
    return found
