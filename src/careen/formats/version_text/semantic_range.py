"""The terms of a range over semantic versions: ``^1.2``, ``~1.2.3``, ``<=1.1``, ``2.x``, ``>=1.0.0-rc.1``.

A version with fewer than three numbers is partial and means every version that begins with them.
Raises: ValueError if the text is not a list of terms.
**Source:** node-semver, README "Advanced Range Syntax" and "Range Grammar".
"""

from typing import NamedTuple

from careen.safety.pattern import pattern

from .semantic import Key, key_of
from .text import COMPARE, bounded

# Loose parsing accepts a pre-release without hyphen. The text has single blanks only.
_TERM = pattern(
    r"(?P<operator><=|>=|!=|<>|==|<|>|=|~>|~|\^)? ?[v= ]*"
    r"(?P<numbers>(?:[0-9]+|[xX*])(?:\.(?:[0-9]+|[xX*]))*)"
    r"(?:-(?P<pre>[0-9A-Za-z.-]+)|(?P<joined>\.?[A-Za-z][0-9A-Za-z.-]*))?(?:\+[^ ,]+)?(?:[ ,]+|$)"
)
LOWEST = "0"  # the lowest pre-release: "<2.0.0-0" excludes those of 2.0.0


class Bound(NamedTuple):
    operator: str
    numbers: tuple[int, ...]
    pre: str | None = None

    def admits(self, key: Key) -> bool:
        return COMPARE[self.operator](key, key_of(self.numbers, self.pre))


class Term(NamedTuple):
    """One term of a range, such as ``^1.2``. ``joined``: the pre-release has no hyphen, which only loose parsing
    accepts."""

    operator: str
    numbers: tuple[int, ...]
    pre: str | None
    joined: bool
    wildcard: bool  # an "x" was written


def alternatives(constraint: str) -> list[str]:
    """The parts between ``||``, with single blanks."""
    return [" ".join(part.split()) for part in bounded(constraint).split("||")]


def terms(alternative: str, *, skip: bool = False) -> list[Term]:
    """The terms of one alternative, separated by white space or commas. Other words are left out with ``skip``, and
    are a ValueError without."""
    found, at = [], 0
    while at < len(alternative):
        match = _TERM.match(alternative, at)
        if match is None and not skip:
            raise ValueError(f"not a range: {alternative[:80]!r}")
        if match is None:
            at = (alternative.find(" ", at) + 1) or len(alternative)
            continue
        numbers: list[int] = []
        for part in match["numbers"].split("."):
            if part in "xX*":  # after an "x" any number matches, too
                break
            numbers.append(int(part))
        joined = match["joined"]
        pre = joined.removeprefix(".") if joined else match["pre"]
        wildcard = len(numbers) <= match["numbers"].count(".")
        found.append(Term(match["operator"] or "=", tuple(numbers), pre, bool(joined), wildcard))
        at = match.end()
    return found


def bounds(operator: str, numbers: tuple[int, ...], pre: str | None, *, prerelease: bool) -> list[Bound]:
    """The bounds of one term, all of which must apply; with ``prerelease`` a partial version includes its
    pre-releases."""
    low = LOWEST if prerelease else None
    if not numbers:
        return [Bound("<", (), LOWEST)] if operator in ("<", ">") else []
    if operator in ("~", "~>"):
        return [Bound(">=", numbers, pre if len(numbers) > 2 else low), Bound("<", raised(numbers[:2]), LOWEST)]
    if operator == "^":  # up to the next change of the leftmost number that is not zero
        fixed = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
        return [Bound(">=", numbers, pre if len(numbers) > 2 else low), Bound("<", raised(numbers[: fixed + 1]), LOWEST)]
    if len(numbers) > 2:
        return [Bound(operator, numbers, pre)]
    if operator == ">":
        return [Bound(">=", raised(numbers), low)]
    if operator == "<=":
        return [Bound("<", raised(numbers), LOWEST)]
    if operator == "<":
        return [Bound("<", numbers, LOWEST)]
    if operator == ">=":
        return [Bound(">=", numbers, low)]
    return [Bound(">=", numbers, low), Bound("<", raised(numbers), LOWEST)]


def raised(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (*numbers[:-1], numbers[-1] + 1)
