"""How one name imitates another, and how much that alone proves.

A slip of one letter is an omission, a repetition, an added letter, a transposition of neighbours or a replaced letter
(Damerau's distance 1); a letter that is replaced by its neighbour on the keyboard is likelier to be a slip of the hand.
"""

import re
import unicodedata
from typing import Literal, NamedTuple

from careen.safety.pattern import pattern

Technique = Literal[
    "homoglyph", "similar letters", "separators", "word order", "transposition", "omission", "repetition", "added letter",
    "keyboard", "vowel", "replaced letter", "scope", "added word",
]  # fmt: skip

_VOWELS = "aeiouy"
MAX_LETTERS = 214  # npm allows no longer name
SEPARATORS = pattern(r"[-_.]+")
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# Letters of other scripts that look like a Latin one. **Source:** Unicode Technical Standard 39, "confusables".
_FOREIGN = str.maketrans(
    "аеорсухіјѕԁһӏԛԝвкмнтɡαονρτυιкзьеёıłøđħŧ",
    "aeopcyxijsdhlqwbkmhtgaovptuik3beeilodht",
)
_SIMILAR = str.maketrans("0159", "olsg")
_PAIRS = pattern(r"rn|vv")
_OF_PAIR = {"rn": "m", "vv": "w"}


class Slip(NamedTuple):
    technique: Technique
    place: int  # of the letter in the target


def slip(name: str, target: str) -> Slip | None:
    """The one slip that turns ``target`` into ``name``; None if the names are equal or one slip is not enough."""
    if name == target or abs(len(name) - len(target)) > 1:
        return None
    start = _common_start(name, target)
    rest, wanted = name[start:], target[start:]
    if len(name) < len(target):
        return Slip("omission", start) if rest == wanted[1:] else None
    if len(name) > len(target):
        return Slip(_of_added(name, target, start), start) if rest[1:] == wanted else None
    if rest[1:] == wanted[1:]:
        return Slip(_of_replaced(rest[0], wanted[0]), start)
    return Slip("transposition", start) if rest[2:] == wanted[2:] and rest[:2] == wanted[1::-1] else None


def skeleton(name: str) -> str:
    """A text that is equal for names that look the same in most fonts."""
    return _PAIRS.sub(lambda found: _OF_PAIR[found[0]], latin(name).translate(_SIMILAR))


def latin(name: str) -> str:
    """The name with the Latin letters that letters of other scripts look like, and without accents."""
    plain = unicodedata.normalize("NFKD", name).lower().translate(_FOREIGN)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def without_separators(name: str) -> str:
    return SEPARATORS.sub("", name)


def words_of(name: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(SEPARATORS.pattern, name) if word)


def _of_added(name: str, target: str, place: int) -> Technique:
    letter = name[place]
    before, after = target[place - 1 : place] if place else "", target[place : place + 1]
    if letter == before:
        return "repetition"
    return "keyboard" if letter in _NEIGHBOURS.get(before, "") or letter in _NEIGHBOURS.get(after, "") else "added letter"


def _of_replaced(letter: str, wanted: str) -> Technique:
    if letter in _VOWELS and wanted in _VOWELS:
        return "vowel"
    return "keyboard" if letter in _NEIGHBOURS.get(wanted, "") else "replaced letter"


def _common_start(name: str, target: str) -> int:
    for place, (letter, other) in enumerate(zip(name, target, strict=False)):
        if letter != other:
            return place
    return min(len(name), len(target))


def _neighbours() -> dict[str, str]:
    found: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, letter in enumerate(row):
            beside = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
            above = _ROWS[number - 1][place : place + 2] if number else ""
            below = _ROWS[number + 1][max(place - 1, 0) : place + 1] if number + 1 < len(_ROWS) else ""
            found[letter] = beside + above + below
    return found


_NEIGHBOURS = _neighbours()
