"""Version intervals in mathematical notation, ``[1.0,2.0)``, several of them separated by commas; for Maven and NuGet.

Raises: ValueError if the text is not a list of intervals.
**Source:** Maven POM reference, "Dependency Version Requirement Specification".
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from careen.safety.pattern import pattern

from .text import bounded

_INTERVAL = pattern(r"\s*([\[(])([^\[\]()]*)([\])])\s*(?:,|$)")


class Interval(NamedTuple):
    """The bounds of an interval, as written; "" for no bound."""

    low: str
    high: str
    low_included: bool
    high_included: bool

    def contains(self, place: Any, key: Callable[[str], Any]) -> bool:
        """Whether the version with the key ``place`` is in the interval."""
        if self.low and not (place >= key(self.low) if self.low_included else place > key(self.low)):
            return False
        return not self.high or bool(place <= key(self.high) if self.high_included else place < key(self.high))


def intervals(text: str) -> list[Interval]:
    found, at = [], 0
    bounded(text)
    while at < len(text):
        match = _INTERVAL.match(text, at)
        if match is None:
            raise ValueError(f"not a version interval: {text[:80]!r}")
        opening, inside, closing = match.groups()
        low, comma, high = (part.strip() for part in inside.partition(","))
        if not comma:
            if not low or opening + closing != "[]":
                raise ValueError(f"not a version interval: {text[:80]!r}")
            high = low
        found.append(Interval(low, high, opening == "[", closing == "]"))
        at = match.end()
    return found
