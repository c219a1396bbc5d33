"""Patterns of versions in feeds: ``1[.]([0-9]|1[0-9])(|[.-].*)``, a small part of Java's regular expressions.

Allowed are characters, ``.``, classes (``[0-57]``, ``[.-]``), ``\\d``, escaped punctuation, groups, alternatives,
``(?!…)``, ``^``, ``$``, ``?`` after anything, and ``*``, ``+`` and ``{1,2}`` after a single character. All positions of
the version that a part of the pattern can reach are one number with a bit each, so a hostile pattern costs no more than
its length times the version's.
Raises: ValueError for anything else.
**Source:** java.util.regex.Pattern; Parabix (Cameron et al.), "MatchStar".
"""

from collections.abc import Callable
from functools import lru_cache

from careen.safety.pattern import pattern

MAX_LENGTH = 10_000
_MAX_DEPTH = 20
_MAX_COUNT = 100
_COUNT = pattern(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}")
_CLASS = pattern(r"\[((?:\\.|[^\]\[\\^&])+)\]")
_IN_CLASS = pattern(r"\\d|\\[^0-9A-Za-z]|[0-9A-Za-z]-[0-9A-Za-z]|[^\\-]|^-|-$")
_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_DIGITS = "0123456789"


@lru_cache(maxsize=512)
def version_pattern(text: str) -> Callable[[str], bool]:
    """A function that returns whether the pattern matches a whole version."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a pattern of {len(text)} characters is too long")
    parser = _Parser(text)
    whole = parser.alternatives()
    if parser.at < len(text):
        raise ValueError(f"unexpected {text[parser.at]!r} at {parser.at}")
    return lambda version: bool(whole(_Version(version), 1) >> len(version))


class _Version:
    """A version's text with, for each character, the positions at which it occurs, as bits of a number."""

    def __init__(self, text: str) -> None:
        self.end = 1 << len(text)
        self._places: dict[str, int] = {}
        for index, character in enumerate(text):
            self._places[character] = self._places.get(character, 0) | 1 << index
        self.any = self.end - 1 & ~self.places("\n\r\u0085\u2028\u2029")

    def places(self, characters: str) -> int:
        found = 0
        for character in characters:
            found |= self._places.get(character, 0)
        return found


_Places = Callable[[_Version], int]
_Step = Callable[[_Version, int], int]  # from the positions before a part to those after it


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._depth = 0
        self._looks_ahead = False

    def alternatives(self) -> _Step:
        found = [self._sequence()]
        while self._take("|"):
            found.append(self._sequence())
        return found[0] if len(found) == 1 else _any_of(found)

    def _sequence(self) -> _Step:
        steps: list[_Step] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            steps.append(self._part())
        return _one_by_one(steps)

    def _part(self) -> _Step:
        if self._take("(?!"):
            return _unless(self._look_ahead())
        if self._take("(?:") or self._take("("):
            step = self._group()
            return _optional(step) if self._take("?") else step
        if self._take("^"):
            return lambda version, at: at & 1
        if self._take("$"):
            return lambda version, at: at & version.end
        return self._repeated(self._character())

    def _group(self) -> _Step:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError("groups nested too deeply")
        step = self.alternatives()
        self._depth -= 1
        if not self._take(")"):
            raise ValueError("a group has no end")
        return step

    def _look_ahead(self) -> _Step:
        if self._looks_ahead:
            raise ValueError("a look-ahead within a look-ahead")
        self._looks_ahead = True
        step = self._group()
        self._looks_ahead = False
        return step

    def _character(self) -> _Places:
        if self._take("."):
            return lambda version: version.any
        if self._take("\\d"):
            return _among(_DIGITS)
        if found := _CLASS.match(self.text, self.at):
            self.at = found.end()
            return _among(_members(found[1]))
        escaped = self._take("\\")
        character = self.text[self.at : self.at + 1]
        if not character or (character.isalnum() if escaped else character in _SPECIAL):
            raise ValueError(f"unexpected {character!r} at {self.at}")
        self.at += 1
        return _among(character)

    def _repeated(self, places: _Places) -> _Step:
        if self._take("?"):
            return _optional(_one(places))
        if self._take("*"):
            return _any_number(places)
        if self._take("+"):
            return _one_by_one([_one(places), _any_number(places)])
        found = _COUNT.match(self.text, self.at)
        if not found:
            return _one(places)
        self.at = found.end()
        least = int(found[1])
        most = int(found[3]) if found[3] else least
        if not least <= most <= _MAX_COUNT:
            raise ValueError(f"an impossible or too large count {found[0]}")
        more = [_any_number(places)] if found[2] and not found[3] else [_optional(_one(places))] * (most - least)
        return _one_by_one([_one(places)] * least + more)

    def _take(self, text: str) -> bool:
        found = self.text.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found


def _members(text: str) -> str:
    """The characters that a class contains."""
    found, at = "", 0
    while at < len(text):
        item = _IN_CLASS.match(text, at)
        if item is None:
            raise ValueError(f"unknown class [{text}]")
        at = item.end()
        found += _item(item[0])
    return found


def _item(text: str) -> str:
    if text == "\\d":
        return _DIGITS
    if len(text) == 3:
        low, high = ord(text[0]), ord(text[2])
        if low > high:
            raise ValueError(f"an impossible range from {text[0]} to {text[2]}")
        return "".join(map(chr, range(low, high + 1)))
    return text[-1]


def _among(characters: str) -> _Places:
    return lambda version: version.places(characters)


def _one(places: _Places) -> _Step:
    return lambda version, at: (at & places(version)) << 1


def _any_number(places: _Places) -> _Step:
    def step(version: _Version, at: int) -> int:
        allowed = places(version)
        # The addition carries each position to the end of its run of allowed characters.
        return (((at & allowed) + allowed) ^ allowed) | at

    return step


def _optional(step: _Step) -> _Step:
    return lambda version, at: at | step(version, at)


def _any_of(steps: list[_Step]) -> _Step:
    def step(version: _Version, at: int) -> int:
        found = 0
        for each in steps:
            found |= each(version, at)
        return found

    return step


def _one_by_one(steps: list[_Step]) -> _Step:
    def step(version: _Version, at: int) -> int:
        for each in steps:
            if not at:
                break
            at = each(version, at)
        return at

    return step


def _unless(step: _Step) -> _Step:
    def check(version: _Version, at: int) -> int:
        left = at
        while left:
            first = left & -left
            left ^= first
            if step(version, first):
                at ^= first
        return at

    return check
