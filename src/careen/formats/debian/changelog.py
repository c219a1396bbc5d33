"""Debian changelogs: which version first has the fix of a flaw.

Shape: entries ``name (version) suites; urgency=…``, indented lines, a trailer ``-- who  when``; the newest first. The
version that first names a CVE is the one that mends it, unless the line says that the package is not affected.
**Source:** Debian Policy 4.4.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from .references import meant

_ENTRY = re.compile(r"^\w[\w.+-]* \(([^()\s]{1,200})\)(?: [\w.+~/-]+)+;", re.MULTILINE | re.ASCII)
_REBUILD = re.compile(r"(~deb\d{1,3})u\d{1,3}$", re.ASCII)
_TRAILER = re.compile(r"^ -- [^\n]{0,400}>  ?([^\n]{1,60})$", re.MULTILINE)
_CVE = re.compile(r"\b(?:CVE|CAN)[-=_ ]((?:19|20)\d\d-\d{4,12})\b", re.ASCII)
_MENTIONED = re.compile(r"CVE-\d{4}-\d{4,12}", re.ASCII)
# Only where the words stand beside the name: "you are not affected unless …" is said of flaws that are mended.
_UNAFFECTED = re.compile(
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
        """As ISO 8601; "" where it has none."""
        trailer = _TRAILER.search(self.text)
        return day_of(trailer[1]) if trailer else ""


def fixes(
    changelog: str,
    key: Callable[[str], Any],
    patched: Mapping[str, str] | None = None,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, str]:
    """By CVE the lowest version whose entry names it. ``key`` orders versions; one that it refuses is passed over.

    A rebuild for another release (``1.2-3~deb11u1`` above ``1.2-3``) has what the version that it rebuilds has. Where the
    newest is one, its changelog has the whole history of what it rebuilds and its own last entry alone: the versions in
    between came to the release as rebuilds too (``1.1-1~deb11u1``), and those are given.

    ``patched`` are flaws that the newest version mends, each with a day on which no version did (``debian_patches``).
    The changelog's word counts; of a flaw that it does not mention, the lowest version made on that day or later is
    given. That may be too low, so that images are told less than could be known, and is seldom too high.

    ``known`` are flaws by another name, for entries that say that alone (``debian_references``). They count for flaws that
    are not told otherwise.
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
        at = bisect_left(earliest, day, key=lambda one: one[0])
        if cve not in lowest and at < len(earliest):
            lowest[cve] = earliest[at][1]
    also: dict[str, Entry] = {}
    for entry in entries if known else ():
        for cve in meant(entry.text, known or {}):
            if cve not in lowest and (cve not in also or entry.place < also[cve].place):
                also[cve] = entry
    return {cve: entry.version for cve, entry in sorted({**lowest, **also}.items())}


def _unmentioned(patched: Mapping[str, str], changelog: str) -> dict[str, str]:
    """The name may also be the cut beginning of one that the changelog has whole."""
    mentioned = sorted(set(_MENTIONED.findall(changelog))) if patched else []
    found = {}
    for cve, day in patched.items():
        at = bisect_left(mentioned, cve)
        if at == len(mentioned) or not mentioned[at].startswith(cve):
            found[cve] = day
    return found


def _earliest(entries: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """By day, in order, the lowest version of all that were made on that day or later."""
    found: list[tuple[str, Entry]] = []
    for day, entry in sorted(((entry.day, entry) for entry in entries), key=lambda one: one[0], reverse=True):
        found.append((day, min(entry, found[-1][1], key=lambda one: one.place) if found else entry))
    return found[::-1]


def has_entries(text: str) -> bool:
    return _ENTRY.search(text) is not None


def entries_of(changelog: str, key: Callable[[str], Any]) -> Iterator[Entry]:
    """The newest first. What is above it is of a package that the changelog was begun from (openjdk-17 from openjdk-7)."""
    rebuilt: dict[str, str] = {}
    newest = None
    suffix = ""
    starts = list(_ENTRY.finditer(changelog))
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
    """Of a date as mail has it: the day in ISO 8601, or ""."""
    try:
        return parsedate_to_datetime(text.strip()).date().isoformat()
    except (ValueError, IndexError, OverflowError, TypeError):
        return ""
