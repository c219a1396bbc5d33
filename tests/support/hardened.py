"""Writes small ELF files with the tables that show how a program was built, for tests."""

import struct

from careen.formats.binaries.dynamic import PT_DYNAMIC, PT_GNU_PROPERTY, PT_GNU_RELRO, PT_INTERP

GNU_STACK = 0x6474E551
TAGS = {"rpath": 15, "textrel": 22, "runpath": 29, "flags": 30, "flags_1": 0x6FFFFFFB}


def hardened(
    imports=(),
    exports=(),
    *,
    bits=64,
    order="<",
    kind=3,
    interpreter=True,
    relro=True,
    stack=6,
    now=True,
    rpath="",
    runpath="",
    textrel=False,
    branches=False,
    hashed=True,
    strings_last=False,
    sections=b"",
    size=0,
):
    """An executable; ``stack`` are the flags of its stack, None: it states none. ``strings_last``: the names are in a segment
    behind the dynamic table, where tools that edit files put them. ``sections`` are the names of sections, if it has any."""
    wide = bits == 64
    strings, offsets = bytearray(b"\0"), {}
    for text in (*imports, *exports, rpath, runpath):
        offsets[text] = len(strings)
        strings += text.encode() + b"\0"
    row = struct.Struct(order + ("IBBHQQ" if wide else "IIIBBH"))
    symbols = row.pack(0, 0, 0, 0, 0, 0)
    for names, section in ((imports, 0), (exports, 7)):
        for name in names:
            fields = (offsets[name], 0x12, 0, section, 0, 0) if wide else (offsets[name], 0, 0, 0x12, 0, section)
            symbols += row.pack(*fields)
    hash_table = struct.pack(order + "2I", 1, 1 + len(imports))
    names_at, first_at = 0x9000, 0x1000
    table = first_at + len(hash_table)
    strings_at = names_at if strings_last else table + len(symbols)
    values = [(5, strings_at), (6, table)]
    if hashed:
        values.append((0x6FFFFEF5, first_at))
    if now:
        values.append((TAGS["flags"], 8))
    if textrel:
        values.append((TAGS["textrel"], 0))
    values += [(TAGS[tag], offsets[text]) for tag, text in (("rpath", rpath), ("runpath", runpath)) if text]
    pair = struct.Struct(order + ("2Q" if wide else "2I"))
    dynamic = b"".join(pair.pack(*value) for value in values) + pair.pack(0, 0)
    first_end = table + len(symbols) + (0 if strings_last else len(strings))
    property_at, dynamic_at = 0x7000, 0x8000
    note = struct.pack(order + "3I4s3II", 4, 16, 5, b"GNU\0", 0xC0000002, 4, 3, 0)
    segments = [
        (1, 4, 0, first_end),
        (1, 5, 0x6000, 0x10),
        (1, 6, dynamic_at, len(dynamic)),
        (PT_DYNAMIC, 6, dynamic_at, len(dynamic)),
    ]
    if strings_last:
        segments.append((1, 6, names_at, len(strings)))
    if interpreter:
        segments.append((PT_INTERP, 4, 0x6000, 8))
    if relro:
        segments.append((PT_GNU_RELRO, 4, dynamic_at, len(dynamic)))
    if stack is not None:
        segments.append((GNU_STACK, stack, 0, 0))
    if branches:
        segments.append((PT_GNU_PROPERTY, 4, property_at, len(note)))
    start, step, header = (64, 56, 64) if wide else (52, 32, 40)
    names = b"\0" + sections
    sections_at = 0xA000
    count = 3 if sections else 0
    numbers = (
        kind,
        62,
        1,
        0x6000,
        start,
        sections_at if count else 0,
        0,
        start,
        step,
        len(segments),
        header,
        count,
        1 if count else 0,
    )
    head = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    head += struct.pack(order + ("2HI3QI6H" if wide else "2HI3II6H"), *numbers)
    for type, flags, offset, length in segments:
        if wide:
            head += struct.pack(order + "2I6Q", type, flags, offset, offset, offset, length, length, 4096)
        else:
            head += struct.pack(order + "8I", type, offset, offset, offset, length, length, flags, 4096)
    parts = [(0, head), (first_at, hash_table + symbols), (strings_at, bytes(strings)), (0x6000, b"\xc3" * 16)]
    parts += [(property_at, note), (dynamic_at, dynamic)]
    if count:
        layout = struct.Struct(order + ("2I4Q2I2Q" if wide else "10I"))
        symbol_table = 2 if b".symtab" in sections else 1
        rows = [layout.pack(*[0] * 10), layout.pack(1, 3, 0, 0, sections_at - len(names), len(names), 0, 0, 0, 0)]
        rows.append(layout.pack(1, symbol_table, 0, 0, 0, 0, 0, 0, 0, 0))
        parts += [(sections_at - len(names), names), (sections_at, b"".join(rows))]
    whole = bytearray(max(size, *(offset + len(data) for offset, data in parts)))
    for offset, data in parts:
        whole[offset : offset + len(data)] = data
    return bytes(whole)
