"""A value that PHP serialized, as dict, str, int, float, bool or None; an object is the dict of its properties.

Arrays are dicts, whatever their keys. A reference is None. No other object is constructed.
Raises: ValueError for other data, over 64 levels, and for a length beyond the end of the data.
**Source:** PHP, serialize().
"""

from typing import Any

from careen.safety.pattern import pattern

MAX_DEPTH = 64
_SCALAR = pattern(rb"(?:([ib]):(-?[0-9]{1,20})|(d):([-+.0-9A-Za-z]{1,40})|([rR]):[0-9]{1,20}|(N));")
_STRING = pattern(rb's:([0-9]{1,10}):"')
_ARRAY = pattern(rb'(?:a|O:[0-9]{1,10}:"[^"]{0,200}"):[0-9]{1,10}:\{')


def php_value(data: bytes) -> Any:
    """The first value in the data; whatever follows it is ignored."""
    found: dict[Any, Any] = {}
    open_arrays: list[tuple[dict[Any, Any], list[Any]]] = [(found, [0])]  # the array, and its key that still needs a value
    position = 0
    while True:
        array, waiting = open_arrays[-1]
        if data[position : position + 1] == b"}" and len(open_arrays) > 1 and not waiting:
            position += 1
            open_arrays.pop()
        elif opened := _ARRAY.match(data, position):
            if not waiting or len(open_arrays) > MAX_DEPTH:
                raise ValueError(f"serialized PHP: an array as a key, or more than {MAX_DEPTH} levels")
            position = opened.end()
            inner: dict[Any, Any] = {}
            array[waiting.pop()] = inner
            open_arrays.append((inner, []))
            continue
        else:
            value, position = _plain(data, position)
            if waiting:
                array[waiting.pop()] = value
            else:
                waiting.append(value)
        if len(open_arrays) == 1:
            return found[0]


def _plain(data: bytes, position: int) -> tuple[Any, int]:
    if scalar := _SCALAR.match(data, position):
        kind = scalar[1] or scalar[3]
        if kind == b"d":
            return float(scalar[4]), scalar.end()
        return (bool(int(scalar[2])) if kind == b"b" else int(scalar[2])) if kind else None, scalar.end()
    if string := _STRING.match(data, position):
        end = string.end() + int(string[1])
        if data[end : end + 2] != b'";':
            raise ValueError("serialized PHP: a string is not as long as stated")
        return data[string.end() : end].decode("utf-8", "replace"), end + 2
    raise ValueError(f"not a serialized PHP value at byte {position}")
