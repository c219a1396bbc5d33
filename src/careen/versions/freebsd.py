"""FreeBSD package versions: ``1.2.3_4,1`` (version, revision of the port, epoch).

The epoch counts first, then the parts of the version, then the revision. A part is a number, a letter and a number after the
letter; ``alpha``, ``beta``, ``pre`` and ``rc`` sort before their release, ``pl`` after. Missing parts count as zero.
Raises: ValueError for other text.
**Source:** pkg(8), libpkg/pkg_version.c (``pkg_version_cmp``); Porter's Handbook, "Package Naming Conventions".
"""

import re
from typing import Any

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_VERSION = pattern(r"(?P<upstream>[0-9A-Za-z][0-9A-Za-z.+~*-]*)(?:_(?P<revision>[0-9]+))?(?:,(?P<epoch>[0-9]+))?")
_PART = pattern(r"(?P<number>[0-9]+)?(?:(?P<letters>[A-Za-z]+)(?P<level>[0-9]+)?)?")
_STAGES = {"pl": 0, "alpha": 1, "beta": 2, "pre": 16, "rc": 18}
_PARTS = 24  # of one version: the end of the shorter one counts as zeros
_ZERO = (0, 0, 0)


def key(text: str) -> tuple[Any, ...]:
    text = clean(text)
    found = _VERSION.fullmatch(text)
    if found is None:
        raise refused(text, "freebsd")
    blocks = [_parts(block) for block in found["upstream"].split("+")]
    padded = tuple(part for block in blocks for part in (*block, *(_ZERO,) * (_PARTS - len(block))))
    return (int(found["epoch"] or 0), padded, int(found["revision"] or 0))


def _parts(text: str) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or part.end() == at:  # a separator
            at += 1
            continue
        found += _values(part)
        at = part.end()
    return found


def _values(part: re.Match[str]) -> list[tuple[int, int, int]]:
    number, letters = part["number"], (part["letters"] or "").lower()
    level = int(part["level"]) if part["level"] else -1
    if not letters:
        return [(int(number), 0, 0)]
    if letters in _STAGES:  # after a number it is a part of its own: 1.0rc1 is 1.0.rc1
        return [*([(int(number), 0, 0)] if number else []), (-1, _STAGES[letters], level)]
    return [(int(number) if number else -1, ord(letters[0]) - ord("a") + 1, level)]


VERSION_SCHEME = VersionScheme(name="freebsd", key=key)
