"""Converts version ranges in a package manager's own language into ``Range``s.

``interval`` is the notation of Maven and NuGet, ``[1.0,2.0),[3.1]``. ``terms`` are comparisons that all must be met, with
white space or commas between them, and ``||`` between alternatives: ``>=1.2 <1.4||=2.0``, with ``^``, ``~``, ``~>``, ``~=`` and
``1.2.*`` as in npm, Composer, RubyGems and Python. A version stands for its place in the order and no more: ``<=3.3`` ends
at 3.3, unlike in node-semver, because advisories with that range name 3.3.1 as the fix; and ``<2.0`` contains a
pre-release of 2.0, as the ranges of OSV do.
Raises: ValueError for text that is not a range, for a range without a version, and for ends that cannot be ordered.
**Source:** Maven POM reference, "Dependency Version Requirement Specification"; node-semver, "Ranges"; Composer, "Versions
and constraints"; RubyGems, "Pessimistic version constraint"; PEP 440, "Version specifiers".
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec.structs import replace

from careen.formats.version_text.interval import Interval, intervals
from careen.formats.version_text.semantic import Key, semantic_key
from careen.formats.version_text.text import bounded
from careen.model.advisory import Range
from careen.safety.pattern import pattern

Language = Literal["interval", "npm", "composer", "gem", "python", "plain"]

MAX_RANGES = 500
MAX_TERMS = 20  # of one alternative
_ADJACENT = pattern(r"([\])])\s*(?=[\[(])")  # a comma between intervals is sometimes missing
_TERM = pattern(
    r" ?(?P<operator>~>|~=|===?|!=|<>|<=|>=|[<>=~^])? ?"
    r"(?P<version>\*|[vV]?(?:[0-9]+!)?[0-9A-Za-z][^ ,<>=!~^|]*) ?(?:,|(?=[ <>=!~^])|$)"
)
_HYPHEN = pattern(r"(\S+) - (\S+)")
_ANY = pattern(r"[*xX](?:\.[*xX])*")
_WILDCARD = pattern(r"((?:[0-9]+\.)*[0-9]+)(?:\.[*xX])+")
_NUMBERS = pattern(r"[0-9]+(?:\.[0-9]+)*")
_EVERY = Range()


def ranges_of(text: str, language: Language) -> tuple[Range, ...]:
    """The ranges of a text in its order, without duplicates; ``Range()`` for every version."""
    if not bounded(text).strip():
        raise ValueError("an empty range")
    found = _of_intervals(text) if language == "interval" else _of_alternatives(text, language)
    ranges = tuple(dict.fromkeys(found))
    if len(ranges) > MAX_RANGES:
        raise ValueError(f"more than {MAX_RANGES} ranges")
    return ranges


def _of_intervals(text: str) -> Iterator[Range]:
    for interval in intervals(_ADJACENT.sub(r"\1,", text.strip())):
        yield _of_interval(interval)


def _of_interval(interval: Interval) -> Range:
    low, high = written(interval.low) or None, written(interval.high) or None
    after = low is not None and not interval.low_included
    start = None if low == "0" and not after else low
    return Range(start, None, high, after) if interval.high_included else Range(start, high, None, after)


def _of_alternatives(text: str, language: Language) -> Iterator[Range]:
    for part in (" ".join(part.split()) for part in text.split("||")):
        if language in ("npm", "composer") and (found := _HYPHEN.fullmatch(part)):
            part = f">={found[1]} <={found[2]}"
        ranges = [_EVERY]
        # Excluded versions come last: only then is it known whether they lie in the range.
        for operator, version in sorted(_terms(part), key=lambda term: term[0] in ("!=", "<>")):
            ranges = [narrowed for range in ranges for narrowed in _narrowed(range, operator, version, language)]
        yield from ranges


def _terms(part: str) -> Iterator[tuple[str, str]]:
    if not part:
        raise ValueError("an empty alternative of a range")
    at = count = 0
    while at < len(part):
        match = _TERM.match(part, at)
        count += 1
        if match is None or count > MAX_TERMS:
            raise ValueError(f"not a range: {part[:80]!r}")
        yield match["operator"] or "=", written(match["version"])
        at = match.end()


def written(version: str) -> str:
    """A version without the ``v`` that tags put before the number."""
    return version[1:] if version[:1] in ("v", "V") and version[1:2].isdigit() else version


def _narrowed(range: Range, operator: str, version: str, language: Language) -> Iterable[Range]:
    """The part of the range that meets the term; an excluded version splits it in two."""
    if _ANY.fullmatch(version):
        return (range,)
    if found := _WILDCARD.fullmatch(version):
        if operator not in ("=", "==", "===", "~", "^"):
            raise ValueError(f"not a range: {operator}{version[:80]!r}")
        return (_below(_from(range, found[1]), _raised(found[1], 0)),)
    match operator:
        case "<":
            return (_below(range, version),)
        case "<=":
            return (_up_to(range, version),)
        case ">":
            return (_from(range, version, after=True),)
        case ">=":
            return (_from(range, version),)
        case "=" | "==" | "===":
            return (_up_to(_from(range, version), version),)
        case "!=" | "<>":
            return _without(range, version)
        case _:
            return (_below(_from(range, version), _end_of(operator, version, language)),)


def _end_of(operator: str, version: str, language: Language) -> str:
    """The first version after those that ``~version`` or ``^version`` allows."""
    match = _NUMBERS.match(version)
    if match is None:
        raise ValueError(f"not a version: {version[:80]!r}")
    numbers = match[0].split(".")
    if operator == "^":  # up to the next change of the leftmost number that is not zero
        leading = next((place for place, number in enumerate(numbers) if int(number)), len(numbers) - 1)
        return _raised(match[0], len(numbers) - 1 - leading)
    if language == "npm":
        return _raised(match[0], max(0, len(numbers) - 2))
    return _raised(match[0], 1 if len(numbers) > 1 else 0)


def _raised(text: str, dropped: int) -> str:
    """The next version after dropping that many of the last numbers: 1.2.7 gives 1.2.8, and with 1 dropped 1.3."""
    numbers = text.split(".")
    kept = numbers[: len(numbers) - dropped]
    return ".".join((*kept[:-1], str(int(kept[-1]) + 1)))


def _from(range: Range, version: str, *, after: bool = False) -> Range:
    low = range.introduced
    if version == "0" and not after:
        return range
    if low is not None and (_place(low), range.after) >= (_place(version), after):
        return range
    return replace(range, introduced=version, after=after)


def _below(range: Range, version: str) -> Range:
    end = range.fixed or range.last_affected
    if end is not None and (_place(end) < _place(version) or end == range.fixed == version):
        return range
    return replace(range, fixed=version, last_affected=None)


def _up_to(range: Range, version: str) -> Range:
    end = range.fixed or range.last_affected
    if end is not None and _place(end) <= _place(version):
        return range
    return replace(range, fixed=None, last_affected=version)


def _without(range: Range, version: str) -> Iterator[Range]:
    """The two parts of the range on both sides of a version that lies in it."""
    place, low, high = _place(version), range.introduced, range.fixed or range.last_affected
    if (low is not None and place < _place(low)) or (high is not None and place > _place(high)):
        yield range
        return
    yield _below(range, version)
    yield _from(range, version, after=True)


def _place(version: str) -> Key:
    """The sort key of a version, which orders the ends of a range; few alternatives have two ends on one side."""
    return semantic_key(version)
