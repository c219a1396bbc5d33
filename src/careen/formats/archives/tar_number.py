"""Numbers as tar headers and PAX records write them, read as Go's archive/tar reads them.

Raises: ValueError for a field that is not a number.
Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" (base-256).
"""

from careen.safety.pattern import pattern

_INTEGER = pattern(r"[+-]?0*[0-9]{1,19}")
_MOST = 1 << 63


def number(field: bytes) -> int:
    """An octal number, or a base-256 one (which may be negative) when the first bit is set."""
    if not field[0] & 0x80:
        return octal(field)
    bits = 8 * len(field) - 1
    value = int.from_bytes(field, "big") & ((1 << bits) - 1)
    if field[0] & 0x40:
        value -= 1 << bits
    if not -_MOST <= value < _MOST:
        raise ValueError("a number in a header is out of range")
    return value


def octal(field: bytes) -> int:
    """An octal number. Spaces and NULs around it are ignored; an empty field is 0."""
    text = field.strip(b" \0").partition(b"\0")[0]
    if text.strip(b"01234567"):
        raise ValueError("a number in a header is not octal")
    return int(text, 8) if text else 0


def is_plain(field: bytes) -> bool:
    """Whether every tool reads this field alike: for some, a NUL before the digits ends the number, and some support only two
    of the first bytes that a base-256 number may have."""
    if field[0] & 0x80:
        return field[0] in (0x80, 0xFF)
    return field[0] != 0 or not field.strip(b" \0")


def integer(text: str) -> int:
    """A decimal number of 64 bits, which may have a sign."""
    if len(text) < 19 and text.isascii() and text.isdigit():
        return int(text)
    value = int(text) if _INTEGER.fullmatch(text) else _MOST
    if not -_MOST <= value < _MOST:
        raise ValueError(f"{text[:40]!r} is not a number")
    return value
