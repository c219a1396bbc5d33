"""Writes the smallest ELF, PE and Mach-O files with one named section, byte by byte, for tests."""

import struct


def elf(
    name: bytes, content: bytes, bits: int = 64, order: str = "<", loaded: bytes = b"\0" * 64, flags: int = 0, machine: int = 62
) -> bytes:
    """A loaded segment, behind it the section, the names and the section table, as linkers lay them out."""
    start, size = (64, 56) if bits == 64 else (52, 32)
    names = b"\0" + name + b"\0.shstrtab\0"
    loaded_at = start + size
    content_at = loaded_at + len(loaded)
    names_at = content_at + len(content)
    table_at = names_at + len(names)
    row = struct.Struct(order + ("2I4Q2I2Q" if bits == 64 else "10I"))
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    header = struct.pack(
        order + ("2HI3QI6H" if bits == 64 else "2HI3II6H"), 3, machine, 1, 0, start, table_at, 0, start, size, 1, row.size, 3, 2
    )
    if bits == 64:
        segment = struct.pack(order + "2I6Q", 1, 5, loaded_at, loaded_at, 0, len(loaded), len(loaded), 4096)
    else:
        segment = struct.pack(order + "8I", 1, loaded_at, loaded_at, 0, len(loaded), len(loaded), 5, 4096)
    rows = row.pack(*[0] * 10)
    rows += row.pack(1, 1, flags, 0, content_at, len(content), 0, 0, 1, 0)
    rows += row.pack(2 + len(name), 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    return ident + header + segment + loaded + content + names + rows


def pe(name: bytes, content: bytes) -> bytes:
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    head += b"PE\0\0" + struct.pack("<2H3I2H", 0x8664, 1, 0, 0, 0, 240, 0x22) + struct.pack("<H", 0x20B).ljust(240, b"\0")
    stored = -(-len(content) // 512) * 512
    head += struct.pack("<8s4I12xI", name, len(content), 0x1000, stored, 1024, 0x40000040)
    return head.ljust(1024, b"\0") + content.ljust(stored, b"\0")


def macho(name: bytes, content: bytes, bits: int = 64, order: str = "<", machine: int = 0) -> bytes:
    start = 32 if bits == 64 else 28
    magic = 0xFEEDFACF if bits == 64 else 0xFEEDFACE
    if bits == 64:
        size, at = 72 + 80, start + 72 + 80
        command = struct.pack(order + "2I16s4Q4I", 0x19, size, b"__DATA", 0, 0, at, len(content), 3, 3, 1, 0)
        section = struct.pack(order + "16s16s2Q8I", name, b"__DATA", 0, len(content), at, *[0] * 7)
    else:
        size, at = 56 + 68, start + 56 + 68
        command = struct.pack(order + "2I16s8I", 0x1, size, b"__DATA", 0, 0, at, len(content), 3, 3, 1, 0)
        section = struct.pack(order + "16s16s9I", name, b"__DATA", 0, len(content), at, *[0] * 6)
    header = struct.pack(order + "7I", magic, machine, 0, 2, 1, size, 0) + (bytes(4) if bits == 64 else b"")
    return header + command + section + content
