r"""Texts that state a version: the text without the version, as a template, and the version as a number.

``OpenSSL 3.0.7 1 Nov 2022`` is the template ``OpenSSL \0 # @ #`` with the version 3.0.7. Builds of known versions
show which templates of a project state its own version. A version is at most four numbers, the last of which may be a
letter; trailing zeros do not count, so that 2.10 and 2.10.0 are the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from careen.safety.pattern import pattern

from .spans import Bytes, Hashes, Places, distinct, hash_of

MAX_STATEMENTS = 10_000
CONTEXT_BYTES = 24  # that count, before the version and after it
BARE = hash_of(b"\0")  # a text that is only the version does not show the project
RELIABLE = 9  # a template is the project's if it states the own version over this many times as often as another
_NONE = np.empty((0, 2), np.uint64)
_BITS = (11, 10, 10, 9)  # of each number of a version
_LETTERS = 480  # of the last number: from here, letters
_VERSION = pattern(rb"(?<![\d.%])(\d{1,4}(?:\.\d{1,4}){1,3})([a-z](?![A-Za-z]))?(?![\w.]*\d)")
_LEADING = pattern(r"(\d{1,4}(?:\.\d{1,4}){1,3})([a-z]?)(?![a-z])")
_VARYING = pattern(rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b|\d+")


class Statement(NamedTuple):
    template: int
    version: int


def might_state(data: Bytes, starts: Places, ends: Places) -> Places:
    """The (start, end) of those spans that have a point between digits."""
    if data.size < 3:
        return np.empty(0, np.int64)
    digits = (data >= ord("0")) & (data <= ord("9"))
    points = np.flatnonzero((data[1:-1] == ord(".")) & digits[:-2] & digits[2:]) + 1
    at = np.searchsorted(starts, points, side="right") - 1
    inside = at >= 0
    at, points = at[inside], points[inside]
    return distinct(at[points < ends[at]])


def statements(texts: Iterable[bytes]) -> Hashes:
    """Sorted pairs in one flat array: the hash of a template, and a version, as a number, that one of the texts
    states with it."""
    templates, versions = [], []
    for template, version in _found(texts):
        templates.append(template)
        versions.append(version)
        if len(templates) >= MAX_STATEMENTS:
            break
    unique = {template: hash_of(template) for template in set(templates)}
    pairs = sorted({(unique[template], version) for template, version in zip(templates, versions, strict=True)})
    return np.array(pairs, np.uint64).ravel()


def stated(pairs: Hashes) -> Sequence[Statement]:
    return [Statement(*map(int, pair)) for pair in pairs.reshape(-1, 2)]


def own_templates(releases: Iterable[tuple[str, Iterable[Hashes]]]) -> Hashes:
    """The templates in which releases state their own version, and hardly ever another. ``releases`` are (version,
    statements of its builds)."""
    agreeing, others = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    for version, found in releases:
        number = number_of(version)
        pairs = np.unique(np.concatenate([_NONE, *(pairs.reshape(-1, 2) for pairs in found)]), axis=0)
        agrees = pairs[:, 1] == np.uint64(number or 0)
        agreeing.append(distinct(pairs[agrees, 0]))
        others.append(distinct(pairs[~agrees, 0]))
    templates, counts = np.unique(np.concatenate(agreeing), return_counts=True)
    wrong = np.concatenate(others)
    against = np.searchsorted(np.sort(wrong), templates, side="right") - np.searchsorted(np.sort(wrong), templates)
    own: Hashes = templates[(counts > RELIABLE * against) | (templates == BARE)]
    return own


def templates_of(pairs: Hashes, version: str, own: Hashes) -> Hashes:
    """Those of the templates ``own`` that state exactly this version."""
    rows = pairs.reshape(-1, 2)
    return np.intersect1d(rows[rows[:, 1] == np.uint64(number_of(version) or 0), 0], own)


def number_of(version: str) -> int | None:
    """A package's version (``1:1.2.13.dfsg-1``) as a number; None if it has another form."""
    text = version.lower().partition("+really")[2] or version.lower().rpartition(":")[2]
    match = _LEADING.match(text)
    return _number(match[1].encode(), match[2].encode()) if match else None


def text_of(number: int) -> str:
    parts = []
    for bits in reversed(_BITS):
        parts.append(number & (1 << bits) - 1)
        number >>= bits
    *numbers, last = reversed(parts)
    letter = ""
    if last > _LETTERS:
        letter, last = chr(ord("a") - 1 + last - _LETTERS), 0
    numbers.append(last)
    while len(numbers) > 2 and not numbers[-1]:
        numbers.pop()
    return ".".join(map(str, numbers)) + letter


def _found(texts: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    for text in texts:
        for match in _VERSION.finditer(text):
            version = _number(match[1], match[2] or b"")
            if version is not None:
                begin, end = match.span()
                before = text[max(begin - CONTEXT_BYTES, 0) : begin].rpartition(b"\n")[2]
                after = text[end : end + CONTEXT_BYTES].partition(b"\n")[0]
                yield _VARYING.sub(_shape, before) + b"\0" + _VARYING.sub(_shape, after), version


def _shape(match: "re.Match[bytes]") -> bytes:
    return b"#" if match[0].isdigit() else b"@"


def _number(numbers: bytes, letter: bytes) -> int | None:
    parts = [int(part) for part in numbers.split(b".")]
    if letter:
        if len(parts) > 3:
            return None
        parts += [0] * (3 - len(parts)) + [_LETTERS + 1 + letter[0] - ord("a")]
    parts += [0] * (4 - len(parts))
    value = 0
    for part, bits in zip(parts, _BITS, strict=True):
        if part >= 1 << bits or (bits == _BITS[-1] and not letter and part > _LETTERS):
            return None
        value = value << bits | part
    return value
