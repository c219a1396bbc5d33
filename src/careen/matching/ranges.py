"""Which statement of an advisory holds a version, and the comparison that says so.

An end of a range that is no version of the scheme makes that range match nothing: a feed's slip must neither stop a
scan nor accuse a package.

**Source:** OSV schema 1.7, ``affected[].ranges`` (evaluation algorithm) and ``affected[].versions``.
"""

import logging
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from careen.model.advisory import Advisory, Range
from careen.safety.pattern import pattern

from .keys import Key

log = logging.getLogger(__name__)

# Marks of a Maven build that advisories leave out where they name the last release that is affected.
_BUILD = pattern(r"\.v20[0-9]{6}$|-(?:jre|android)$")
_NUMBER = pattern(r"[1-9][0-9]*")
NOT_AFFECTED = frozenset({"not_affected", "undetermined"})


class Hit(Struct, frozen=True, gc=False):
    """An advisory that holds a version; without ``range`` it lists the version, or names every one (``listed``)."""

    advisory: Advisory
    range: Range | None = None
    listed: bool = False


def spellings(version: str, advisories: Iterable[Advisory], key: Key) -> frozenset[str]:
    """The texts in the advisories' lists that are this version, however written (``1.0`` and ``1.0.0``)."""
    listed = set[str]().union(*(advisory.versions for advisory in advisories))
    mine = key(version)
    if mine is None or not listed:
        return frozenset({version})
    # Lists are long and keys dear: whatever the scheme, equal versions have the same numbers but zeros and build metadata.
    numbers = _numbers(version)
    return frozenset({version, *(text for text in listed if _numbers(text) == numbers and key(text) == mine)})


def hit(advisory: Advisory, version: str, key: Key, written: frozenset[str]) -> Hit | None:
    """What in the advisory holds the version, whatever its status says of a fix; None where nothing does.

    ``written``: the version's ``spellings``.
    """
    if not advisory.ranges and not advisory.versions:
        return Hit(advisory)
    mine = key(version)
    if mine is not None:
        for range in advisory.ranges:
            if holds(range, mine, key, version):
                return Hit(advisory, range)
    return Hit(advisory, listed=True) if not written.isdisjoint(advisory.versions) else None


def holds(range: Range, version: tuple[Any, ...], key: Key, text: str = "") -> bool:
    """Is ``introduced <= version < fixed`` (``<= last_affected``)? ``introduced: 0`` is before every version.

    ``text``: the version as written; 9.4.38.v20210224 is a build of Jetty 9.4.38, and affected where that is the last.
    """
    if range.introduced is not None and range.introduced != "0":
        low = key(range.introduced)
        if low is None:
            return _unreadable(range.introduced)
        if version < low or (range.after and version == low):
            return False
    if range.fixed is not None:
        high = key(range.fixed)
        if high is None:
            return _unreadable(range.fixed)
        if version >= high:
            return False
    if range.last_affected is not None:
        last = key(range.last_affected)
        if last is None:
            return _unreadable(range.last_affected)
        if version > last:
            build = _BUILD.search(text)
            release = key(text[: build.start()]) if build else None
            return release is not None and release <= last
    return True


def explain(found: Hit, version: str) -> str:
    """The comparison in one line: ``3.0.11-1~deb12u2 < 3.0.13-1~deb12u1``."""
    range = found.range
    if range is None:
        return f"{version} is listed as affected" if found.listed else "every version is affected"
    low = range.introduced if range.introduced not in (None, "0") else None
    text = f"{low} {'<' if range.after else '<='} {version}" if low else version
    if range.fixed is not None:
        return f"{text} < {range.fixed}"
    if range.last_affected is not None:
        return f"{text} <= {range.last_affected}"
    return f"{text}, and no version mends it" if low else f"{version} is affected, and no version mends it"


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text.partition("+")[0])


def _unreadable(text: str) -> bool:
    log.debug("range end %r is no version of its scheme: the range matches nothing", text)
    return False
