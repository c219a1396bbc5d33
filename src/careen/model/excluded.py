"""Places of a folder that the user excludes, and how many there were: they are reported as not assessed.

A pattern is a path from the folder on: ``node_modules``, ``docs/*.md``, ``**/testdata``. A matching folder is excluded
with all its content, which is not even listed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from careen.safety.glob import matched

from .inventory import Unknown
from .package import Evidence

PATTERNS = 200  # characters of them in the reason


class Excluded:
    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._patterns = tuple(dict.fromkeys(filter(None, map(_anchored, patterns))))
        self._counts: Counter[str] = Counter()

    def covers(self, path: str) -> bool:
        """Whether the file or folder is excluded; if so, it is counted."""
        for pattern in self._patterns:
            if _matches(pattern, path):
                self._counts[pattern] += 1
                return True
        return False

    def unknowns(self) -> Iterator[Unknown]:
        """Yields an Unknown if anything was excluded."""
        if count := self._counts.total():
            places = "1 place" if count == 1 else f"{count:,} places"
            reason = f"--exclude leaves out {places}: {', '.join(sorted(self._counts))[:PATTERNS]}"
            yield Unknown("layer", Evidence("", 0), reason, code="excluded")


def _anchored(pattern: str) -> str:
    return pattern.strip().removeprefix("./").strip("/")


@lru_cache(maxsize=65536)
def _matches(pattern: str, path: str) -> bool:
    return matched(pattern, path)[-1]
