"""Versions as the vendors of server software write them: ``1.1.1w``, ``9.6p1``, ``15rc1``, ``7.1.0-20``, ``1.8.0_392``.

Numbers come first, and missing ones are 0. The rest is read in turn: words for a pre-release (``dev``, ``alpha``,
``beta``, ``rc`` and similar, ``a1`` and ``b1``) sort before the release; patches (``p1``, ``u392``, ``post1``), single
letters (``k``, then ``za`` after ``z``) and bare numbers after it; any other word (``ce``, ``enterprise``, ``el9``) names
a build of the same release and ends the version, as do ``+``, and ``~`` before anything but a pre-release. ``-0`` at
the end sorts before all pre-releases, as in the ranges of semantic versions.
Raises: ValueError if the text does not begin with a number.
**Source:** the versions of these products in the NVD's CPE dictionary; NISTIR 7695, 5.3.3 (version and update).
"""

import re

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_NUMBERS = pattern(r"[vV]?(\d+(?:\.\d+)*)")
_TOKEN = pattern(r"(?P<gap>[-._:~ ]*)(?:(?P<word>[A-Za-z]+)[-._ ]?(?P<count>\d*)|(?P<number>\d+))")
_BEFORE = {
    "dev": 1, "snapshot": 1, "nightly": 1, "canary": 1, "a": 2, "alpha": 2, "b": 3, "beta": 3, "m": 4, "milestone": 4,
    "c": 5, "rc": 5, "cr": 5, "pre": 5, "preview": 5, "ea": 5,
}  # fmt: skip
_AFTER = frozenset({"p", "pl", "patch", "sp", "u", "update", "fp", "fixpack", "hotfix", "cu", "rev", "post"})
_LETTERS = pattern(r"z*[a-z]")
_END = (0, 0, "")

Token = tuple[int, int, str]


def key(text: str) -> tuple[tuple[int, ...] | Token, ...]:
    text = clean(text)
    found = _NUMBERS.match(text)
    if found is None:
        raise refused(text, "upstream")
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return (tuple(numbers), *_tokens(text, found.end()), _END)


def _tokens(text: str, at: int) -> list[Token]:
    tokens: list[Token] = []
    while found := _TOKEN.match(text, at):
        token = _token(found, "~" in found["gap"])
        if token is None:
            break
        tokens.append(token)
        at = found.end()
    return tokens


def _token(found: re.Match[str], tilde: bool) -> Token | None:
    """The sort key of a part, relative to the release; None if the part does not count in the order."""
    if found["number"]:
        if found["gap"] == "-" and found["number"] == "0" and found.end() == len(found.string):
            return -10, 0, ""  # the lowest semantic version, before its pre-releases: "1.14.0-0"
        return None if tilde else (1, int(found["number"]), "")
    word, count = found["word"].lower(), found["count"]
    if word in _BEFORE and (count or len(word) > 1 or (word in "ab" and found["gap"] == "-")):
        return _BEFORE[word] - 10, int(count or 0), ""
    if tilde:
        return None
    if word in _AFTER and count:
        return 1, int(count), ""
    if _LETTERS.fullmatch(word) and not count and not found["gap"]:
        return 1, len(word), word
    return None


VERSION_SCHEME = VersionScheme(name="upstream", key=key)
