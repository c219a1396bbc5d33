"""The numbers with a dot among the constants of a file: every version has one."""

from careen.safety.pattern import pattern

MAX_NUMBERS = 100_000  # in one file: honest files have thousands
DOT = pattern(rb"\.(?<=\d\.)\d")  # begins with a fixed byte, which is searched fast
POINT = ord(".")

DIGITS = frozenset(b"0123456789")
_LONGEST_NUMBER = 5
_COMMON = 2  # formats count from 1.0, and few have reached 3


def start_of(data: bytes, dot: int) -> int:
    """Where the number in front of the dot begins. Numbers behind other dots of a version follow a dot; no text does."""
    at = dot
    while at and dot - at < _LONGEST_NUMBER and data[at - 1] in DIGITS:
        at -= 1
    return at


def is_distinct(number: str) -> bool:
    """Whether a number is not also that of a common format, as 1.0 and 2.0 are."""
    return number.count(".") > 1 or any(int(part) > _COMMON for part in number.split(".") if part.isdigit())


def as_integers(number: str) -> bytes:
    """The number as a structure of three integers has it; nothing for a number that other tables may have, too."""
    parts = [int(part) for part in number.split(".")] if number.count(".") == 2 else []
    if len(parts) != 3 or min(parts) == 0 or max(parts) <= 2 * _COMMON or parts[2] - parts[1] == parts[1] - parts[0]:
        return b""
    return b"".join(part.to_bytes(4, "little") for part in parts)
