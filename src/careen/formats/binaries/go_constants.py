"""The version texts among the short constants of a Go program.

Go's linker sorts constants by length and writes them without anything between them: ``…Usage:0.25.3--ping…``. Names of
types that every program with reflection has show where the constants of a length are, and so where each of them begins.
Where one length ends and the next begins is not known: a version counts if no digit or dot is beside it, if its neighbours
of the same length have no dot, or if it lies in order among them, as older linkers sort constants of the same length.
**Source:** Go, src/cmd/link/internal/ld/data.go (``dodataSect``) and src/reflect/type.go (``kindNames``).
"""

from collections.abc import Iterator

from careen.safety.pattern import pattern

ANCHOR = b"int16int32"  # constants of five letters; another may lie between these and int64
BEFORE_BYTES, AFTER_BYTES = 16 << 10, 64 << 10  # of the anchor, that are searched

_SHORTER = b"int8"
_LONGER = (  # the constants of a length begin before a name of it, and end before a name of the next length
    *((6, b"uint16uint32uint64"), (7, b"float32float64"), (8, b"runnable"), (9, b"complex64"), (10, b"complex128")),
)
_TYPES = (b"int8", b"int16", b"int32", b"int64", b"float32", b"float64", b"complex64", b"complex128")
_LAST_BYTES = 16 << 10  # behind the last name
_FIRST = 5
_NEIGHBOURS = 3
_RELEASE = pattern(rb"v?\d{1,4}\.\d{1,4}\.\d{1,5}")
_OF_A_NUMBER = frozenset(b"0123456789.")
_DOT = ord(".")
_OF_A_FORMAT = pattern(r"v?(?:\d{1,2}\.0\.0|0\.0\.\d)")  # also what a program without a release has


def short_versions(before: bytes, after: bytes) -> tuple[str, ...]:
    """Versions of three numbers, up to ten characters, that are constants of their own. ``after`` begins with the anchor."""
    data = before + after
    found = [
        (at, length)
        for length, low, place, high in _regions(data, len(before))
        for at in range(place - (place - low) // length * length, high - length + 1, length)
        if _RELEASE.fullmatch(data, at, at + length)
    ]
    apart = [part for part in found if _is_apart(data, *part)]
    covered = {place for at, length in apart for place in range(at, at + length)}
    others = [
        (at, length)
        for at, length in found
        if covered.isdisjoint(range(at, at + length))
        and (_is_in_order(data, at, length) or _is_between_others(data, at, length))
    ]
    versions = {data[at : at + length].decode() for at, length in (*apart, *others)}
    return tuple(sorted(version for version in versions if not _OF_A_FORMAT.fullmatch(version)))


def _regions(data: bytes, anchor: int) -> Iterator[tuple[int, int, int, int]]:
    """A length, the place of a name of this length, and the places between which constants of this length are."""
    names, at = [(_FIRST, anchor)], anchor
    for length, name in _LONGER:
        place = data.find(name, at)
        if place >= 0:
            names.append((length, place))
            at = place
    if len(names) == 1:
        return
    low = max(0, data.rfind(_SHORTER, 0, anchor))
    ends = [place for _, place in names[1:]] + [min(len(data), at + _LAST_BYTES)]
    for (length, place), high in zip(names, ends, strict=True):
        yield length, low, place, high
        low = place


def _is_apart(data: bytes, at: int, length: int) -> bool:
    """Whether neither a digit nor a dot is beside the number, but for the digit of a name."""
    beside = data[at + length : at + length + 1] + (b"" if data.endswith(_TYPES, 0, at) else data[max(0, at - 1) : at])
    return _OF_A_NUMBER.isdisjoint(beside)


def _is_between_others(data: bytes, at: int, length: int) -> bool:
    """Whether the constants of the same length before and after have no dot, and so are no numbers of more parts."""
    return at >= length and _DOT not in data[at - length : at] and _DOT not in data[at + length : at + 2 * length]


def _is_in_order(data: bytes, at: int, length: int) -> bool:
    low, high = at - _NEIGHBOURS * length, at + (_NEIGHBOURS + 1) * length
    texts = [data[place : place + length] for place in range(low, high, length)] if low >= 0 else []
    return bool(texts) and texts == sorted(texts)
