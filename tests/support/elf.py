"""Small ELF files, put together byte by byte."""

from collections.abc import Mapping
from struct import pack

X86_64, AARCH64 = 62, 183
CODE_AT = 0x1000
_STEP = 64  # between two functions
_RELATIVE = {X86_64: 8, AARCH64: 1027}


def library(
    functions: Mapping[str, bytes],
    machine: int = X86_64,
    texts: bytes = b"",
    variables: Mapping[str, bytes] | None = None,
    pointers: Mapping[str, int] | None = None,
) -> bytes:
    """A shared object that exports these functions by their code, and variables by their content; ``texts`` lie at the address
    TEXTS. The dynamic linker writes ``pointers`` into the variables of these names."""
    bodies = {**functions, **(variables or {})}
    code = b"".join(body.ljust(_STEP, b"\xcc") for body in bodies.values())
    names = b"\0" + b"".join(name.encode() + b"\0" for name in bodies)
    symbols, relocations = bytes(24), b""
    for at, (name, body) in enumerate(bodies.items()):
        where, place = names.index(b"\0" + name.encode() + b"\0") + 1, CODE_AT + at * _STEP
        kind, size = (0x12, _STEP) if name in functions else (0x11, len(body))
        symbols += pack("<IBBHQQ", where, kind, 0, 1, place, size)
        if pointers and name in pointers:
            relocations += pack("<3Q", place, _RELATIVE[machine], pointers[name])
    section_names = b"\0.dynsym\0.dynstr\0.shstrtab\0.rela.dyn\0"
    content = texts.ljust(CODE_AT - 0x100, b"\0") + code
    places = []
    for part in (symbols, names, section_names, relocations):
        places.append((0x100 + len(content), len(part)))
        content += part
    sections = bytes(64)
    for name, kind, (offset, size) in zip((1, 9, 17, 27), (11, 3, 3, 4), places, strict=True):
        sections += pack("<2I4Q2I2Q", name, kind, 2, offset, offset, size, 0, 0, 8, 24)
    total = 0x100 + len(content)
    header = b"\x7fELF\2\1\1".ljust(16, b"\0") + pack("<2HI3QI6H", 3, machine, 1, 0, 64, total, 0, 64, 56, 1, 64, 5, 3)
    segment = pack("<2I6Q", 1, 5, 0, 0, 0, total, total, 0x1000)
    return (header + segment).ljust(0x100, b"\0") + content + sections


TEXTS = 0x100
