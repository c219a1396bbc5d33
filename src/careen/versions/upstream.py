"""Versions as the makers of server software write them: ``1.1.1w``, ``9.6p1``, ``15rc1``, ``7.1.0-20``, ``1.8.0_392``.

Numbers come first, and missing ones are 0. What follows is read in turn: the words of a pre-release (``dev``, ``alpha``,
``beta``, ``rc`` and their kin, ``a1`` and ``b1``) stand before the release; patches (``p1``, ``u392``, ``post1``), single
letters (``k``, then ``za`` behind ``z``) and bare numbers behind it; any other word (``ce``, ``enterprise``, ``el9``) names
a build of the same release and ends the version, as do ``+`` and ``~`` in front of anything but a pre-release. ``-0`` at
the end stands before all pre-releases, as in the ranges of semantic versions.
Raises: ValueError for text that begins with no number.
**Source:** the versions that the NVD's CPE dictionary has of these products; NISTIR 7695, 5.3.3 (version and update).
"""

import re

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme

_NUMBERS = re.compile(r"[vV]?(\d+(?:\.\d+)*)")
_TOKEN = re.compile(r"(?P<gap>[-._:~ ]*)(?:(?P<word>[A-Za-z]+)[-._ ]?(?P<count>\d*)|(?P<number>\d+))")
_BEFORE = {
    "dev": 1, "snapshot": 1, "nightly": 1, "canary": 1, "a": 2, "alpha": 2, "b": 3, "beta": 3, "m": 4, "milestone": 4,
    "c": 5, "rc": 5, "cr": 5, "pre": 5, "preview": 5, "ea": 5,
}  # fmt: skip
_BEHIND = frozenset({"p", "pl", "patch", "sp", "u", "update", "fp", "fixpack", "hotfix", "cu", "rev", "post"})
_LETTERS = re.compile(r"z*[a-z]")
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
    """Where a part stands to the release; None where it says nothing of the order."""
    if found["number"]:
        if found["gap"] == "-" and found["number"] == "0" and found.end() == len(found.string):
            return -10, 0, ""  # where a semantic version begins, before its pre-releases: "1.14.0-0"
        return None if tilde else (1, int(found["number"]), "")
    word, count = found["word"].lower(), found["count"]
    if word in _BEFORE and (count or len(word) > 1 or (word in "ab" and found["gap"] == "-")):
        return _BEFORE[word] - 10, int(count or 0), ""
    if tilde:
        return None
    if word in _BEHIND and count:
        return 1, int(count), ""
    if _LETTERS.fullmatch(word) and not count and not found["gap"]:
        return 1, len(word), word
    return None


VERSION_SCHEME = VersionScheme(name="upstream", key=key)
