"""Maven versions as ComparableVersion orders them, and version requirements.

A version is tokens between ".", "-" and changes from digits to letters. In the same position they sort, from low to high:
qualifiers alpha, beta, milestone, rc = cr, snapshot; the end = ga = final = release; sp; other qualifiers by their text; a
number after "-"; a number after ".". Zeros at the end, and right before a qualifier, do not count.
Differences: ComparableVersion is not an order in corner cases (1.sp.1 > 1 > 1-alpha > 1.sp.1), so this module sorts a qualifier
equally after "." and "-", as its documentation states; a number right after a qualifier belongs to it ("rc1", as in Maven 4);
and "jre8", "jdk17" at the end name the Java version of a build, so that 12.10.2.jre11 equals 12.10.2.
``satisfies`` reads ``[1.0,2.0)`` and lists of these, comparisons (``>=1.0 <2.0``, commas or white space for "and",
``||`` for "or"); a bare version is Maven's soft requirement, which any version meets.
Raises: ValueError if the text is empty, or for a constraint of another shape.
**Source:** Maven 3.9, ComparableVersion; Maven POM reference, "Version Order Specification".
"""

from typing import NamedTuple

from careen.formats.version_text.interval import intervals
from careen.formats.version_text.text import COMPARE, bounded, clean
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_JAVA = pattern(r"(?<=.)[.-](?:jre|jdk)[0-9]+$")
_BUILD = pattern(r"\.v20[0-9]{6}$|-(?:jre|android)$")
_TOKEN = pattern(r"(?P<separator>[.-]?)(?:(?P<number>[0-9]+)|(?P<word>[^0-9.-]+)(?:-?(?P<count>[0-9]+))?)?")
_QUALIFIERS = {"alpha": 0, "beta": 1, "milestone": 2, "rc": 3, "cr": 3, "snapshot": 4, "sp": 6}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}  # only right before a number
_RELEASES = ("ga", "final", "release")
_RELEASE, _OTHER = 5, 7
_BELOW, _END, _ABOVE, _LIST, _NUMBER = range(5)
_TERM = pattern(r" ?(?P<operator>==|!=|>=|<=|=|>|<)? ?(?P<version>[^ ,<>=!|()\[\]\\*]+)(?: ?,|(?=[ =!<>])|$)")

Key = tuple[int | str, ...]


class _Token(NamedTuple):
    """A token of a version: a number; or a word, with its ``rank`` among qualifiers, and perhaps a number right after
    it."""

    after_dash: bool
    number: int
    word: str | None = None
    rank: int = _OTHER
    counted: bool = False

    @property
    def is_null(self) -> bool:
        return self.rank == _RELEASE and not self.counted if self.word is not None else self.number == 0


def key(text: str) -> Key:
    tokens = _significant(_tokens(_JAVA.sub("", clean(text).lower())))
    parts: list[int | str] = []
    zeros = 0  # as the end equals zero, a number is stored with the zeros before it: fewer sort higher
    for i, token in enumerate(tokens):
        if token.word is not None:
            parts += _qualifier(tokens, i)
            continue
        if token.after_dash:
            parts += (_LIST, zeros)
            zeros = 0
        if token.number:
            parts += (_NUMBER, -zeros, token.number)
            zeros = 0
        else:
            zeros += 1
    return (*parts, _END)


def _tokens(text: str) -> list[_Token]:
    if text[0] in ".-":  # an empty token is zero
        text = "0" + text
    found = []
    for separator, number, word, count in _TOKEN.findall(text):
        if not word:
            found.append(_Token(separator == "-", int(number or 0)))
            continue
        if count:
            word = _SHORT.get(word, word)
        rank = _RELEASE if word in _RELEASES else _QUALIFIERS.get(word, _OTHER)
        found.append(_Token(separator == "-", int(count or 0), word if rank == _OTHER else "", rank, bool(count)))
    return found


def _significant(tokens: list[_Token]) -> list[_Token]:
    """The tokens without nulls at the end and zeros right before a qualifier."""
    kept: list[_Token] = []
    for token in reversed(tokens):
        if token.is_null and (not kept or (token.word is None and kept[-1].word is not None)):
            continue
        kept.append(token)
    kept.reverse()
    return kept


def _qualifier(tokens: list[_Token], at: int) -> list[int | str]:
    token = tokens[at]
    decisive = token
    if token.is_null:  # "1.final-alpha" sorts as alpha does
        decisive = next(later for later in tokens[at:] if not later.is_null)
    below = decisive.word is not None and decisive.rank < _RELEASE
    parts: list[int | str] = [_BELOW if below else _ABOVE, token.rank, token.word or "", int(token.counted)]
    return [*parts, token.number] if token.counted else parts


def satisfies(version: str, constraint: str) -> bool:
    place = key(version)
    met = [
        _meets(place, " ".join(part.split())) for part in bounded(constraint).split("||")
    ]  # an invalid part is always refused
    return any(met)


def _meets(place: Key, part: str) -> bool:
    if part[:1] in ("[", "("):
        return any(interval.contains(place, key) for interval in intervals(part))
    if not part:
        raise ValueError("empty maven version requirement")
    at, holds = 0, True
    while at < len(part):
        match = _TERM.match(part, at)
        if match is None:
            raise ValueError(f"not a maven version requirement: {part[:80]!r}")
        if match["operator"]:
            holds = holds and COMPARE[match["operator"]](place, key(match["version"]))
        at = match.end()
    return holds


VERSION_SCHEME = VersionScheme(name="maven", key=key, satisfies=satisfies, release=lambda text: _BUILD.sub("", text))
