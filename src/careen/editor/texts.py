"""The text of a document as editors see it: lines that end in ``\\n``, ``\\r\\n`` or ``\\r``, and columns in code units.

**Source:** Language Server Protocol 3.17, "Text Documents" and "Position": UTF-16 unless another encoding was agreed.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

END = re.compile(r"\r\n|\r|\n")
UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"


class Spot(NamedTuple):
    line: int  # from 0
    character: int  # code units


class Change(NamedTuple):
    start: Spot
    end: Spot
    text: str


def lines_of(text: str) -> list[str]:
    """The lines of the text without their ends."""
    return END.split(text)


def as_checked(text: str) -> str:
    """The text with only ``\\n`` as line ends, so that lines of the checks are those of the editor."""
    return "\n".join(lines_of(text))


def changed(text: str, change: Change, encoding: str = UTF16) -> str:
    """The text after a change. A position beyond the text is the end of its line, or of the text."""
    start, end = offset_of(text, change.start, encoding), offset_of(text, change.end, encoding)
    return text[:start] + change.text + text[max(start, end) :]


def offset_of(text: str, spot: Spot, encoding: str = UTF16) -> int:
    start = 0
    ends = END.finditer(text)
    for _ in range(spot.line):
        found = next(ends, None)
        if found is None:
            return len(text)
        start = found.end()
    found = END.search(text, start)
    line = text[start : found.start() if found else len(text)]
    return start + characters_in(line, spot.character, encoding)


def characters_in(line: str, units: int, encoding: str = UTF16) -> int:
    """The number of characters that these code units of a line are; a unit within a character counts as its start."""
    if line.isascii() or encoding == UTF32:
        return min(max(units, 0), len(line))
    for index, character in enumerate(line):
        units -= _units(character, encoding)
        if units < 0:
            return index
    return len(line)


def units_in(line: str, encoding: str = UTF16) -> int:
    """The number of code units of a text of one line."""
    if line.isascii() or encoding == UTF32:
        return len(line)
    return sum(_units(character, encoding) for character in line)


def edit_between(before: Sequence[str], after: Sequence[str], end: str = "\n", encoding: str = UTF16) -> Change:
    """The one change of whole lines that turns ``before`` into ``after``."""
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    new = after[first : len(after) - last]
    if last:  # up to the start of the first line that stays
        return Change(Spot(first, 0), Spot(len(before) - last, 0), "".join(f"{line}{end}" for line in new))
    if first:  # from the end of the last line that stays
        start = Spot(first - 1, units_in(before[first - 1], encoding))
        text = "".join(f"{end}{line}" for line in new)
    else:
        start, text = Spot(0, 0), end.join(new)
    return Change(start, Spot(len(before) - 1, units_in(before[-1], encoding)), text)


def _units(character: str, encoding: str) -> int:
    point = ord(character)
    if encoding == UTF8:
        return 1 if point < 0x80 else 2 if point < 0x800 else 3 if point < 0x10000 else 4
    return 1 if point < 0x10000 else 2
