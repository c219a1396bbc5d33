"""The libraries whose version text is among the constants of a file.

Every such text has a number with a dot in it. All these numbers are found in one pass, by their dots, and the few bytes before
and after a number are looked up: the time does not depend on how many libraries are known. A library without a text of its own
around its version is recognised by another text near it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from careen.safety.pattern import pattern

from .numbers import DOT, MAX_NUMBERS, POINT, start_of
from .own_version import OwnVersion
from .programs import Linked

WINDOW_BYTES = 512 * 1024
NEAR_BYTES = 256 * 1024  # how far from a version a text may be that identifies it
MAX_VERSIONS = 16  # of one library

_BEFORE_BYTES, _AFTER_BYTES = 3, 2  # that are looked up
_REST = pattern(rb"[\d.]{1,24}")
_PRINTABLE = frozenset(range(ord(" "), ord("~") + 1))  # before an array of characters lies any data, and no NUL
_SUFFIX = pattern(r"(?:\.\d{1,3})?[-+~a-z]")


class Known:
    """Looks up what may be meant by the bytes around a number."""

    def __init__(self, rules: Iterable[Linked]) -> None:
        self.before: dict[bytes, list[_Text]] = {}
        self.after: dict[bytes, list[_Text]] = {}  # of versions with a NUL or nothing certain before them
        self.alone: list[_Text] = []  # the versions are texts of their own
        for rule in rules:
            for before in rule.before:
                text = _Text(rule, before.encode())
                if len(text.before) >= _BEFORE_BYTES:
                    self.before.setdefault(text.before[-_BEFORE_BYTES:], []).append(text)
                elif rule.after:
                    self.after.setdefault(rule.after.encode()[:_AFTER_BYTES], []).append(text)
                else:
                    self.alone.append(_Text(rule, b""))


class _Text:
    def __init__(self, rule: Linked, before: bytes) -> None:
        self.rule, self.before = rule, before
        self.beside = [text.encode() for text in rule.beside]

    @cached_property
    def expression(self) -> re.Pattern[bytes]:
        return re.compile(re.escape(self.before) + f"({self.rule.version}){self.rule.rest}".encode(), re.DOTALL)


class VersionTexts:
    """Searches overlapping windows; the sizes of the parts do not change their places. ``own`` gets each number, too.
    ``is_cut``: not all numbers were looked at."""

    def __init__(self, known: Known, names_left_out: frozenset[str], own: OwnVersion | None) -> None:
        self._known, self._left_out, self._own = known, names_left_out, own
        self._data = bytearray(1)  # a text may be the first thing in a range
        self._from = 1  # index of the first byte that no window has covered
        self._numbers = 0
        self.is_cut = False
        self._found: dict[str, dict[str, Linked]] = {}

    def feed(self, part: bytes) -> None:
        self._data += part
        while len(self._data) >= self._from + WINDOW_BYTES + NEAR_BYTES:
            end = self._from + WINDOW_BYTES
            self._search(bytes(memoryview(self._data)[: end + NEAR_BYTES]), end)
            del self._data[: end - NEAR_BYTES]
            self._from = NEAR_BYTES

    def end_of_range(self) -> None:
        """What follows lies elsewhere in the file."""
        self._search(bytes(self._data), len(self._data))
        self._data = bytearray(1)
        self._from = 1

    def found(self) -> Iterator[tuple[Linked, str]]:
        """Each library with its only version."""
        self.end_of_range()
        for versions in self._found.values():
            longest = [version for version in versions if not any(_continues(other, version) for other in versions)]
            if len(longest) == 1:
                yield versions[longest[0]], longest[0]

    def _search(self, data: bytes, end: int) -> None:
        known, places, own = self._known, _Places(data), self._own
        if own:
            own.note_part(data)
        for match in DOT.finditer(data, self._from, end + 1):
            if self._numbers >= MAX_NUMBERS:
                self.is_cut = True
                return
            self._numbers += 1
            at = start_of(data, match.start())
            if own and at:
                own.note(data, at)
            if at and data[at - 1] == POINT:
                continue  # within a version whose first dot was examined
            for text in known.before.get(data[at - _BEFORE_BYTES : at], ()) if at >= _BEFORE_BYTES else ():
                self._note(text, data, at, places)
            number = _REST.match(data, at)
            after = number.end() if number else at
            for text in known.after.get(data[after : after + _AFTER_BYTES], ()):
                self._note(text, data, at, places)
            if at and data[at - 1] not in _PRINTABLE and data[after : after + 1] == b"\0":
                for text in known.alone:
                    self._note(text, data, at, places)

    def _note(self, text: _Text, data: bytes, at: int, places: "_Places") -> None:
        rule = text.rule
        if rule.name in self._left_out or (rule.only == "program" and not self._own):
            return
        match = text.expression.match(data, at - len(text.before)) if at >= len(text.before) else None
        if match and (not text.beside or places.near(text.beside, at, rule.within)):
            versions = self._found.setdefault(rule.name, {})
            if len(versions) < MAX_VERSIONS:
                versions[match[1].decode("latin-1")] = rule


class _Places:
    """Where texts are in a window. Most are nowhere, and each is looked for once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._places: dict[bytes, list[int]] = {}

    def near(self, texts: Sequence[bytes], at: int, within: int) -> bool:
        return any(self._is_near(text, at, within) for text in texts)

    def _is_near(self, text: bytes, at: int, within: int) -> bool:
        if text not in self._places:
            self._places[text] = list(_places(text, self._data))
        places = self._places[text]
        next_one = bisect_left(places, at - within)
        return next_one < len(places) and places[next_one] + len(text) <= at + within


def _places(text: bytes, data: bytes) -> Iterator[int]:
    at = data.find(text)
    while at >= 0:
        yield at
        at = data.find(text, at + len(text))


def _continues(longer: str, version: str) -> bool:
    """``1.3.0.1-motley`` is the complete form of ``1.3.0.1``, and of ``1.3.0``."""
    return longer.startswith(version) and bool(_SUFFIX.match(longer, len(version)))
