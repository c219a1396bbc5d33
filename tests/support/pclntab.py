"""Writes the table of functions of a Go program, as the linker lays it out, for tests."""

import struct
from collections.abc import Sequence

# By the release of Go that introduced the form: its magic number, whether the header has the address of the code, and whether
# addresses in the list have the width of pointers.
_FORMS = {16: (0xFA, False, True), 18: (0xF0, True, False), 20: (0xF1, True, False)}
RUNTIME = ("runtime.goexit", "runtime.main", "fmt.Println")  # some names that each program has


def pclntab(functions: Sequence[str], inlined: Sequence[str] = (), *, form: int = 20, width: int = 8) -> bytes:
    """``inlined``: names that only inline trees refer to. They lie behind the name of the function that has the tree."""
    magic, has_code, is_wide = _FORMS[form]
    address = width if is_wide else 4
    names, places = b"", []
    for number, name in enumerate(functions):
        places.append(len(names))
        names += name.encode() + b"\0"
        if number == 0:
            names += b"".join(text.encode() + b"\0" for text in inlined)
    start = 8 + (8 if has_code else 7) * width
    names += bytes(-(start + len(names)) % width)
    at = start + len(names)
    units, files, lines = bytes(width), b"/src/main.go\0".ljust(16, b"\0"), bytes(width)
    of_list = at + len(units) + len(files) + len(lines)
    first = 2 * len(functions) * address + address  # behind the list is the address of the code's end
    first += -first % 8
    listed = b"".join(_numbers(address, 0x1000 + 16 * number, first + 40 * number) for number in range(len(functions)))
    listed = (listed + _numbers(address, 0x9000)).ljust(first, b"\0")
    known = b"".join(
        (_numbers(address, 16 * number) + struct.pack("<i", place)).ljust(40, b"\1") for number, place in enumerate(places)
    )
    code = (0x401000,) if has_code else ()
    header = bytes((magic, 0xFF, 0xFF, 0xFF, 0, 0, 1, width)) + _numbers(
        width, len(functions), 1, *code, start, at, at + len(units), at + len(units) + len(files), of_list
    )
    return header + names + units + files + lines + listed + known


def _numbers(width: int, *numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}{'Q' if width == 8 else 'I'}", *numbers)
