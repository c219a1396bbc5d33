"""Other tags of a repository that an image could build on instead of its present one.

A tag is parsed into numbers and words: ``3.11.4-slim-bookworm``. Another tag with the same words and higher numbers is
a newer patch, minor or major version. A tag of the same version, or of the newest patch, that has ``slim`` or ``alpine``
among its words is a smaller variant. Tags of preliminary versions are not candidates.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from careen.safety.pattern import pattern

Kind = Literal["present", "chosen", "patch", "minor", "major", "slim", "alpine"]

MAX_TAGS = 10
MAX_MINORS, MAX_MAJORS = 3, 2
_TAG = pattern(r"(v?)(\d{1,9}(?:\.\d{1,9}){0,3})((?:-[A-Za-z0-9_.]+){0,6})")
_WORDS = pattern(r"[A-Za-z][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+){0,6}")
_PRELIMINARY = pattern(r"(?:rc|alpha|beta|a|b|dev|pre|preview|nightly|snapshot|canary|edge|test|ea|m)\d*(?:\.\d+)?")
_OF_RELEASE = pattern(r"(alpine|slim)[\d.]*")
_DATE = 100_000  # larger numbers are dates, not versions


class Candidate(Struct, frozen=True):
    kind: Kind
    tag: str


class _Tag(Struct, frozen=True):
    text: str
    prefix: str
    numbers: tuple[int, ...]
    words: tuple[str, ...]

    @property
    def variant(self) -> str:
        """The first word of the tag that identifies a smaller variant: ``alpine`` for ``alpine3.18``; "" if there is
        none.
        """
        found = (match[1] for word in self.words if (match := _OF_RELEASE.fullmatch(word)))
        return next(found, "")


def candidates(tag: str, tags: Iterable[str]) -> tuple[Candidate, ...]:
    """The candidates among the tags, at most ``MAX_TAGS``, the nearest to ``tag`` first."""
    own = _read(tag)
    if own is None:
        return ()
    others = [other for text in tags if text != tag and (other := _read(text)) and not _is_preliminary(other)]
    found: dict[str, Candidate] = {}
    newer = tuple(_newer(own, others))
    patches = {candidate.tag for candidate in newer if candidate.kind == "patch"}
    starts = (own, *(other for other in others if other.text in patches))
    for candidate in (*newer, *(variant for start in starts for variant in _variants(start, others))):
        found.setdefault(candidate.tag, candidate)
    order = ("patch", "minor", "slim", "alpine", "major")
    return tuple(sorted(found.values(), key=lambda candidate: order.index(candidate.kind))[:MAX_TAGS])


def _read(text: str) -> _Tag | None:
    if match := _TAG.fullmatch(text):
        return _Tag(text, match[1], tuple(map(int, match[2].split("."))), tuple(match[3].split("-")[1:]))
    if _WORDS.fullmatch(text):
        return _Tag(text, "", (), () if text == "latest" else tuple(text.split("-")))
    return None


def _is_preliminary(tag: _Tag) -> bool:
    return any(_PRELIMINARY.fullmatch(word.lower()) for word in tag.words)


def _newer(own: _Tag, others: Iterable[_Tag]) -> Iterator[Candidate]:
    same = [
        other
        for other in others
        if (other.prefix, other.words, len(other.numbers)) == (own.prefix, own.words, len(own.numbers))
        and other.numbers > own.numbers
        and all((new >= _DATE) == (old >= _DATE) for new, old in zip(other.numbers, own.numbers, strict=True))
    ]
    highest: dict[tuple[int, ...], _Tag] = {}  # by all numbers except the patch
    for other in same:
        series = other.numbers[:2] if len(own.numbers) > 2 else other.numbers
        if series not in highest or other.numbers > highest[series].numbers:
            highest[series] = other
    newest = sorted(highest.values(), key=lambda other: other.numbers, reverse=True)
    kinds = {other.text: _kind(own, other) for other in newest}
    yield from (Candidate("patch", other.text) for other in newest if kinds[other.text] == "patch")
    minors = [other for other in newest if kinds[other.text] == "minor"]
    yield from (Candidate("minor", other.text) for other in minors[:MAX_MINORS])
    majors = [other for other in newest if kinds[other.text] == "major"]
    yield from (Candidate("major", other.text) for other in majors[:MAX_MAJORS])


def _kind(own: _Tag, other: _Tag) -> Kind:
    if len(own.numbers) == 1 or other.numbers[0] != own.numbers[0]:
        return "major"
    return "patch" if len(own.numbers) > 2 and other.numbers[1] == own.numbers[1] else "minor"


def _variants(own: _Tag, others: Iterable[_Tag]) -> Iterator[Candidate]:
    """The slim and the alpine image of the same version with the fewest words: ``3.11-alpine``, not
    ``3.11-alpine3.18``.
    """
    kinds: tuple[Literal["slim", "alpine"], ...] = ("slim", "alpine")
    for kind in kinds:
        if own.variant == kind:
            continue
        found = [other for other in others if other.variant == kind and _is_variant_of(own, other)]
        if found:
            yield Candidate(kind, min(found, key=lambda other: (len(other.text), other.text)).text)


def _is_variant_of(own: _Tag, other: _Tag) -> bool:
    if (other.prefix, other.numbers) != (own.prefix, own.numbers):
        return False
    more = [word for word in other.words if not _OF_RELEASE.fullmatch(word)]
    # ``bookworm-slim`` is a variant of ``bookworm``; but alpine images are not built on another distribution's release.
    return all(word in own.words for word in more) and (
        other.variant == "alpine" or bool(own.numbers) or more == list(own.words)
    )
