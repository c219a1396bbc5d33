"""Where the numbers with a dot are among the constants of a file: every version has one."""

from careen.safety.pattern import pattern

MAX_NUMBERS = 100_000  # in one file: honest files have thousands
DOT = pattern(rb"\.(?<=\d\.)\d")  # begins with a fixed byte, which is searched fast
POINT = ord(".")

_DIGITS = frozenset(b"0123456789")
_LONGEST_NUMBER = 5


def start_of(data: bytes, dot: int) -> int:
    """Where the number in front of the dot begins. Numbers behind other dots of a version follow a dot; no text does."""
    at = dot
    while at and dot - at < _LONGEST_NUMBER and data[at - 1] in _DIGITS:
        at -= 1
    return at
