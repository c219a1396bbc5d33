"""Whether an advisory affects a version, and which of its ranges contains it.

A range with an end that is not a version of the scheme contains nothing: a typo in a feed must neither stop a scan nor
cause a false finding.

**Source:** OSV schema 1.7, ``affected[].ranges`` (evaluation algorithm) and ``affected[].versions``.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from careen.log import logger
from careen.model.advisory import Advisory, Range
from careen.safety.pattern import pattern

from .keys import Key

log = logger(__name__)

_NUMBER = pattern(r"[1-9][0-9]*")
NOT_AFFECTED = frozenset({"not_affected", "undetermined"})


class Match(Struct, frozen=True, gc=False):
    """An advisory that affects a version. Without ``range``, the advisory lists or describes the version (``listed``), or
    affects every version."""

    advisory: Advisory
    range: Range | None = None
    listed: bool = False


def spellings(version: str, advisories: Iterable[Advisory], key: Key) -> frozenset[str]:
    """All spellings of this version in the advisories' lists, such as ``1.0`` and ``1.0.0``, and of the release that it is a
    build of."""
    listed = set[str]().union(*(advisory.versions for advisory in advisories))
    mine = key(version)
    if mine is None or not listed:
        return frozenset({version})
    release = key.release(version)
    equal = (mine, key(release))
    return frozenset({version, *(text for each in {version, release} for text in _alike(each, listed) if key(text) in equal)})


def match_of(advisory: Advisory, version: str, key: Key, written: frozenset[str]) -> Match | None:
    """How the advisory affects the version, regardless of its status; None if it does not. ``written`` are the
    version's ``spellings``.
    """
    described = is_described(advisory, version) if advisory.pattern else None
    if described is False:
        return None
    if not advisory.ranges and not advisory.versions and not described:
        return Match(advisory)
    mine = key(version)
    if mine is not None:
        for range in advisory.ranges:
            if contains(range, mine, key, version):
                return Match(advisory, range)
    return Match(advisory, listed=True) if described or not written.isdisjoint(advisory.versions) else None


def is_described(advisory: Advisory, version: str) -> bool | None:
    """Whether the advisory's pattern describes the version; None without a pattern, or with one that cannot be read."""
    if not advisory.pattern:
        return None
    from careen.formats.version_text.version_pattern import version_pattern  # few advisories have one

    try:
        return version_pattern(advisory.pattern)(version)
    except ValueError as error:
        log.debug("the pattern of %s is not read: %s", advisory.id, error)
        return None


def contains(range: Range, version: tuple[Any, ...], key: Key, text: str = "") -> bool:
    """Whether ``introduced <= version < fixed`` (``<= last_affected``) holds; ``introduced: 0`` is before every
    version.

    ``text`` is the version as written: 9.4.38.v20210224 is a build of Jetty 9.4.38, and affected if that is the last
    affected version.
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
            release = key(key.release(text))
            return release is not None and release <= last
    return True


def _alike(version: str, listed: Iterable[str]) -> Iterator[str]:
    """The versions of a list with the same numbers. In every scheme, equal versions have these, apart from zeros and build
    metadata. Lists are long, and keys and numbers expensive: most versions of a list do not have the longest number.
    """
    numbers = _numbers(version)
    longest = max(numbers, key=len, default="")
    return (text for text in listed if longest in text and _numbers(text) == numbers)


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text.partition("+")[0])


def _unreadable(text: str) -> bool:
    log.debug("range end %r is not a version of its scheme: the range matches nothing", text)
    return False
