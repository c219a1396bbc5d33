"""The vulnerabilities that each entry of a changelog states as fixed, and those that it mentions otherwise.

An item belongs to the items above it: ``* Revert these patches:`` also applies to the names in the list below. An entry that
reverts a fix, calls it incomplete or states that the package is not affected does not state a fix.
Shape: see ``formats.debian.changelog``.
**Source:** Debian Policy 4.4; dh_installchangelogs(1) and pkgbinarymangler, which cut changelogs off.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from careen.formats.debian.changelog import ENTRY, Entry
from careen.model.inventory import ChangelogEntry
from careen.safety.pattern import pattern

Stance = Literal["fixes", "retracts", "follows_up"]
MAX_ENTRIES, MAX_LINES = 20_000, 100_000
_CUT_OFF = pattern(r"^# (?:Older entries have been removed|For older changelog entries)", re.MULTILINE)
_BULLET = pattern(r"([ \t]*)[*+o-] ")
_NAME = pattern(r"\b(?:(?:CVE|CAN)[-=_ ]((?:19|20)\d\d-\d{4,12})|(GHSA(?:-[0-9a-z]{4}){3}))\b", re.ASCII)
_RETRACTION = pattern(
    r"\brevert|\bincomplete|\bunaffected|\bunfixed|\breopen|\bback(?:s|ed|ing)?[ -]out\b|\bno-dsa\b|\bpostpone"
    r"|\bpartial(?:ly)?\s{1,9}(?:fix|patch|address|mitigat|resol)|\b(?:fix|patch)\w{0,3}\s{1,9}partial"
    r"|\b(?:not|n't)\s{1,9}(?:yet\s{1,9})?(?:affect|vulnerable|applicable|fix)|\b(?:does|do|did)(?:n't|\s{1,9}not)\s{1,9}(?:affect|fix)"
    r"|\b(?:still|remains?)\s{1,9}(?:affected|vulnerable|open)|\bwon't\s{1,9}fix|\bignor\w{1,3}\s{1,9}CVE"
    r"|\b(?:drop|remov|disabl)\w{0,4}\s{1,9}(?:\S{1,60}\s{1,9}){0,3}\S{0,60}patch",
    re.IGNORECASE,
)
_FOLLOW_UP = pattern(r"\bregression", re.IGNORECASE)  # of an earlier fix, which remains valid


def claims_of(changelog: str) -> tuple[tuple[str, ...], tuple[ChangelogEntry, ...], str]:
    """All versions, newest first; the entries that mention a vulnerability; and the day of the oldest entry if the
    changelog is cut off, else "".
    """
    starts = list(ENTRY.finditer(changelog))[:MAX_ENTRIES]
    entries: list[ChangelogEntry] = []
    text = ""
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(changelog)
        text = changelog[start.end() : end]
        if _NAME.search(text):
            entries.append(_entry(start[1], text))
    return tuple(start[1] for start in starts), tuple(entries), _cut_off(changelog, text)


def _entry(version: str, text: str) -> ChangelogEntry:
    fixed: set[str] = set()
    retracted: set[str] = set()
    for names, stance in _items(text):
        if stance == "retracts":
            retracted.update(names)
        elif stance == "fixes":
            fixed.update(names)
    return ChangelogEntry(version, tuple(sorted(fixed - retracted)), tuple(sorted(retracted)))


class _Item:
    """An item of an entry, with the stance of the items that contain it."""

    def __init__(self, indentation: int, outer: Stance = "fixes") -> None:
        self.indentation, self._outer = indentation, outer
        self.lines: list[str] = []

    def text(self) -> str:
        return " ".join(self.lines)

    @cached_property
    def stance(self) -> Stance:
        """What the item states about its names. It is called when all lines of the item are known."""
        text = self.text()
        if self._outer == "retracts" or _RETRACTION.search(text):
            return "retracts"
        return "follows_up" if _FOLLOW_UP.search(text) else self._outer


def _items(text: str) -> Iterator[tuple[list[str], Stance]]:
    """Yields the names in each item, and what it states about them."""
    opened = [_Item(-1)]  # the outermost first
    for line in text.splitlines()[:MAX_LINES]:
        bullet = _BULLET.match(line)
        if bullet or not line.strip() or line.startswith("  ["):
            indentation = len(bullet[1]) if bullet else 0
            yield from _closed(opened, indentation)
            opened.append(_Item(indentation, opened[-1].stance))
        opened[-1].lines.append(line.strip())
    yield from _closed(opened, 0)


def _closed(opened: list[_Item], indentation: int) -> Iterator[tuple[list[str], Stance]]:
    while len(opened) > 1 and opened[-1].indentation >= indentation:
        item = opened.pop()
        if names := [_name(found) for found in _NAME.finditer(item.text())]:
            yield names, item.stance


def _name(found: re.Match[str]) -> str:
    return f"CVE-{found[1]}" if found[1] else found[2]


def _cut_off(changelog: str, oldest: str) -> str:
    """The day of the oldest entry if the changelog is cut off, or the last of all days if this entry has none; else ""."""
    if not _CUT_OFF.search(changelog):
        return ""
    return Entry(None, "", oldest).day or "9999-12-31"
