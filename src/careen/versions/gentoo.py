"""Gentoo package versions: ``1.2.3b_rc1_p2-r4``.

Numbers after the first compare as fractions if one has a leading zero; fewer numbers sort below more, then the
letter, the suffixes (alpha, beta, pre, rc, none, p) and the revision.
Raises: ValueError for other text.
**Source:** Gentoo Package Manager Specification 8, 3.2 and 3.3.
"""

from typing import Any

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_VERSION = pattern(r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)[0-9]*)*)(?:-r([0-9]+))?")
_SUFFIX = pattern(r"_([a-z]+)([0-9]*)")
_RANKS = {"alpha": 0, "beta": 1, "pre": 2, "rc": 3, "p": 5}
_NO_SUFFIX = 4


def key(text: str) -> tuple[Any, ...]:
    text = clean(text)
    found = _VERSION.fullmatch(text)
    if found is None:
        raise refused(text, "gentoo")
    first, numbers, letter, suffixes, revision = found.groups()
    ranks = [part for name, count in _SUFFIX.findall(suffixes) for part in (_RANKS[name], int(count or 0))]
    rest = tuple((0, part.rstrip("0")) if part[0] == "0" else (1, int(part)) for part in numbers.split(".")[1:])
    return (int(first), rest, letter, (*ranks, _NO_SUFFIX), int(revision or 0))


VERSION_SCHEME = VersionScheme(name="gentoo", key=key)
