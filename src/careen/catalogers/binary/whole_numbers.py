"""The version of a program that counts its releases with one number: ``fastd v22``.

It counts only in a text of its own, behind the program's name and a word or letter for it (``acme version 34``), or behind the
option that asks for it. Numbers of formats and protocols (``acme 2``) look the same without them.
"""

from careen.safety.pattern import pattern

_WORDED = pattern(rb" (?:[Vv]ersion |v)([1-9]\d{0,3})\n?\x00")
_PLAIN = pattern(rb" ([1-9]\d{0,3})\n?\x00")
_OPTION = b"\0--version\0"


def whole_number(data: bytes, at: int, end: int) -> bytes | None:
    """The number behind a name that lies from ``at`` to ``end``."""
    if data[at - 1 : at] != b"\0" or data[end : end + 1] != b" ":
        return None
    found = _WORDED.match(data, end) or (_PLAIN.match(data, end) if data.endswith(_OPTION, 0, at) else None)
    return found[1] if found else None
