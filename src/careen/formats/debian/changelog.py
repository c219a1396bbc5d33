"""Debian changelogs: which version first fixes a vulnerability.

Shape: entries ``name (version) suites; urgency=…``, indented lines, a trailer ``-- who  when``; the newest first. The
version whose entry first names a CVE is the fixed version, unless the line states that the package is not affected.
**Source:** Debian Policy 4.4.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from careen.safety.pattern import pattern

from .references import cves_by_other_names

ENTRY = pattern(r"^\w[\w.+-]* \(([^()\s]{1,200})\)(?: [\w.+~/-]+)+;", re.MULTILINE | re.ASCII)
_REBUILD = pattern(r"(~deb\d{1,3})u\d{1,3}$", re.ASCII)
_TRAILER = pattern(r"^ -- [^\n]{0,400}>  ?([^\n]{1,60})$", re.MULTILINE)
_CVE = pattern(r"\b(?:CVE|CAN)[-=_ ]((?:19|20)\d\d-\d{4,12})\b", re.ASCII)
_MENTIONED = pattern(r"CVE-\d{4}-\d{4,12}", re.ASCII)
# Only next to the name: "you are not affected unless …" is written about vulnerabilities with a fix too.
_UNAFFECTED = pattern(
    r"\bnot\s{1,20}(?:affected\s{1,20}by|vulnerable\s{1,20}to):?\s{1,20}CVE-[\d-]{1,30}"
    r"|\bCVE-[\d-]{1,30}\s{0,8}(?:[(:,]\s{0,8})?(?:is\s{1,20})?not\s{1,20}(?:affected|vulnerable|applicable)",
    re.IGNORECASE,
)


class Entry(NamedTuple):
    place: Any  # in the order of versions
    version: str
    text: str

    @property
    def day(self) -> str:
        """The date as ISO 8601; "" without one."""
        trailer = _TRAILER.search(self.text)
        return day_of(trailer[1]) if trailer else ""


def fixes(
    changelog: str,
    key: Callable[[str], Any],
    patched: Mapping[str, str] | None = None,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, str]:
    """By CVE, the lowest version whose entry names the CVE. ``key`` orders versions; a version that it refuses is
    skipped.

    A rebuild for another release (``1.2-3~deb11u1`` above ``1.2-3``) has the fixes of the version that it rebuilds.
    If the newest version is a rebuild, its changelog has the whole history of the original and only its own last
    entry: the versions in between reached the release as rebuilds too (``1.1-1~deb11u1``), and those are returned.

    ``patched``: vulnerabilities that the newest version fixes, each with a day on which no version did
    (``source_patches``). The changelog takes precedence. For a vulnerability that it does not mention, the lowest
    version made on that day or later is returned. That may be too low, which hides an affected version; it is seldom
    too high.

    ``known``: the CVEs of other names, for entries that name a fix by such a name alone
    (``formats.debian.references``). They count for vulnerabilities that have no fixed version otherwise.
    """
    entries = list(entries_of(changelog, key))
    lowest: dict[str, Entry] = {}
    for entry in entries:
        for cve in _named(entry.text):
            if cve not in lowest or entry.place < lowest[cve].place:
                lowest[cve] = entry
    silent = _unmentioned(patched or {}, changelog)
    earliest = _earliest(entries) if silent else []
    for cve, day in silent.items():
        at = bisect_left(earliest, day, key=lambda pair: pair[0])
        if cve not in lowest and at < len(earliest):
            lowest[cve] = earliest[at][1]
    also: dict[str, Entry] = {}
    for entry in entries if known else ():
        for cve in cves_by_other_names(entry.text, known or {}):
            if cve not in lowest and (cve not in also or entry.place < also[cve].place):
                also[cve] = entry
    return {cve: entry.version for cve, entry in sorted({**lowest, **also}.items())}


def _unmentioned(patched: Mapping[str, str], changelog: str) -> dict[str, str]:
    """The part of ``patched`` that the changelog does not name. A name that is cut off counts as named if a name in
    the changelog begins with it."""
    mentioned = sorted(set(_MENTIONED.findall(changelog))) if patched else []
    found = {}
    for cve, day in patched.items():
        at = bisect_left(mentioned, cve)
        if at == len(mentioned) or not mentioned[at].startswith(cve):
            found[cve] = day
    return found


def _earliest(entries: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """(day, entry) in the order of days; the entry is the one with the lowest version made on that day or later."""
    found: list[tuple[str, Entry]] = []
    for day, entry in sorted(((entry.day, entry) for entry in entries), key=lambda pair: pair[0], reverse=True):
        found.append((day, min(entry, found[-1][1], key=lambda either: either.place) if found else entry))
    return found[::-1]


def has_entries(text: str) -> bool:
    return ENTRY.search(text) is not None


def entries_of(changelog: str, key: Callable[[str], Any]) -> Iterator[Entry]:
    """The entries, newest first; the version of a rebuild is completed with the mark of its release.

    Entries with a higher version than the newest are left out: they belong to a package from which the changelog was
    copied (openjdk-17 from openjdk-7).
    """
    rebuilt: dict[str, str] = {}
    newest = None
    suffix = ""
    starts = list(ENTRY.finditer(changelog))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(changelog)
        version = rebuilt.get(start[1]) or (start[1] if "~deb" in start[1] else start[1] + suffix)
        original, rebuild, _ = start[1].rpartition("~")
        if rebuild:
            rebuilt[original] = version
        try:
            place = key(version)
        except ValueError:
            continue
        if newest is None:
            newest = place
            release = _REBUILD.search(start[1])
            suffix = f"{release[1]}u1" if release else ""
        if place <= newest:
            yield Entry(place, version, changelog[start.end() : end])


def _named(entry: str) -> Iterator[str]:
    return (f"CVE-{number}" for number in _CVE.findall(_UNAFFECTED.sub("", entry)))


def day_of(text: str) -> str:
    """The day of a date in mail format, as ISO 8601, or ""."""
    try:
        from email.utils import parsedate_to_datetime  # loads much, and few changelogs are read

        return parsedate_to_datetime(text.strip()).date().isoformat()
    except (ValueError, IndexError, OverflowError, TypeError):
        return ""
