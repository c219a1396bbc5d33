"""The version texts among the short constants of a Go program.

Go's linker sorts constants by length and writes them without anything between them: ``…Usage:0.25.3--ping…``. Names of
types that every program with reflection has show where the constants of a length are, and so where each of them begins.
**Source:** Go, src/cmd/link/internal/ld/data.go (``dodataSect``) and src/reflect/type.go (``kindNames``).
"""

from itertools import pairwise

from careen.safety.pattern import pattern

ANCHOR = b"int16int32"  # constants of five letters; another may lie between these and int64
BEFORE_BYTES, AFTER_BYTES = 16 << 10, 64 << 10  # of the anchor, that are searched

_SHORTER = b"int8"
_LONGER = (b"uint16uint32uint64", b"float32float64", b"runnable", b"complex64", b"complex128")  # of 6 to 10 letters
_FIRST = 5
_RELEASE = pattern(rb"v?\d{1,4}\.\d{1,4}\.\d{1,5}")
_OF_A_FORMAT = pattern(r"v?(?:\d{1,2}\.0\.0|0\.0\.\d)")  # also what a program without a release has


def short_versions(before: bytes, after: bytes) -> tuple[str, ...]:
    """Versions of three numbers, up to nine characters, that are constants of their own. ``after`` begins with the anchor."""
    data = before + after
    places = [len(before)]
    for mark in _LONGER:
        place = data.find(mark, places[-1])
        if place < 0:
            break
        places.append(place)
    found = set()
    low = data.rfind(_SHORTER, 0, places[0])
    for length, (place, high) in enumerate(pairwise(places), start=_FIRST):
        for at in range(place - (place - max(low, 0)) // length * length, high - length + 1, length):
            if _RELEASE.fullmatch(data, at, at + length):
                found.add(data[at : at + length].decode())
        low = place
    return tuple(sorted(version for version in found if not _OF_A_FORMAT.fullmatch(version)))
