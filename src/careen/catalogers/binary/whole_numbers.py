"""The version of a program that counts its releases with one number: ``fastd v22``.

It counts only in a text of its own, behind the program's name and a word or letter for it (``acme version 34``), or behind the
option that asks for it. Numbers of formats and protocols (``acme 2``) look the same without them.
"""

from collections.abc import Iterable

from careen.safety.pattern import pattern

MAX_PLACES = 100  # of a name, in one part of a file

_WORDED = pattern(rb" (?:[Vv]ersion |v)([1-9]\d{0,3})\n?\x00")
_PLAIN = pattern(rb" ([1-9]\d{0,3})\n?\x00")
_OPTION = b"\0--version\0"


def whole_numbers(data: bytes, names: Iterable[bytes]) -> set[bytes]:
    return {number for name in names for number in _of_name(data, b"\0" + name)}


def _of_name(data: bytes, name: bytes) -> Iterable[bytes]:
    at = data.find(name)
    for _ in range(MAX_PLACES):
        if at < 0:
            return
        end = at + len(name)
        is_answer = data.endswith(_OPTION[:-1], 0, at)
        if found := _WORDED.match(data, end) or (_PLAIN.match(data, end) if is_answer else None):
            yield found[1]
        at = data.find(name, end)
