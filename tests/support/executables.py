"""Writes the smallest ELF, PE and Mach-O files that carry Go's build information, byte by byte, for tests."""

import struct

from careen.formats.binaries.go_build_info import MARKER, MODULES_END, MODULES_START

CODE_AT, READ_ONLY_AT, WRITABLE_AT = 0x4000, 0x6000, 0x7000  # offsets in the file
BASE = 0x400000


def elf(
    read_only: bytes = b"", writable: bytes = b"", bits: int = 64, order: str = "<", note: bytes = b"", code: bytes = b""
) -> bytes:
    """Two loaded segments, at ``BASE`` plus their offset; with ``note`` a note segment right after the headers. With ``code``,
    a segment of its own has that, and the first one has none."""
    segments = [(1, 4 if code else 5, READ_ONLY_AT, len(read_only)), (1, 6, WRITABLE_AT, len(writable))]
    if code:
        segments.append((1, 5, CODE_AT, len(code)))
    size = 56 if bits == 64 else 32
    start = 64 if bits == 64 else 52
    if note:
        segments.append((4, 4, start + size * (len(segments) + 1), len(note)))
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    numbers = (2, 62, 1, BASE, start, 0, 0, start, size, len(segments), 0, 0, 0)
    head = ident + struct.pack(order + ("2HI3QI6H" if bits == 64 else "2HI3II6H"), *numbers)
    for kind, flags, offset, length in segments:
        if bits == 64:
            head += struct.pack(order + "2I6Q", kind, flags, offset, BASE + offset, 0, length, length, 4096)
        else:
            head += struct.pack(order + "8I", kind, offset, BASE + offset, 0, length, length, flags, 4096)
    return _laid((head + note).ljust(CODE_AT if code else 0, b"\0") + code, read_only, writable)


def pe(read_only: bytes = b"", writable: bytes = b"") -> bytes:
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    head += b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 2, 0, 0, 0, 112, 0x22)
    head += struct.pack("<H22xQ80x", 0x20B, BASE)
    for name, offset, content, flags in (
        (b".rdata", READ_ONLY_AT, read_only, 0x4000_0000),
        (b".data", WRITABLE_AT, writable, 0xC000_0000),
    ):
        head += struct.pack("<8s4I12xI", name, len(content), offset, len(content), offset, flags)
    return _laid(head, read_only, writable)


def macho(read_only: bytes = b"", writable: bytes = b"", order: str = "<") -> bytes:
    head = struct.pack(f"{order}8I", 0xFEEDFACF, 0x01000007, 3, 2, 2, 2 * 72, 0, 0)
    for name, offset, content, protection in (
        (b"__TEXT", READ_ONLY_AT, read_only, 5),
        (b"__DATA", WRITABLE_AT, writable, 3),
    ):
        size = len(content)
        head += struct.pack(
            f"{order}2I16s4Q4I", 0x19, 72, name, BASE + offset, size, offset, size, protection, protection, 0, 0
        )
    return _laid(head, read_only, writable)


def wrapped(modules: str) -> bytes:
    return MODULES_START + modules.encode() + MODULES_END if modules else b""


def inline(version: str, modules: str = "") -> bytes:
    """What Go 1.18 and later writes into the writable segment."""
    return MARKER + bytes([8, 2]) + bytes(16) + _counted(version.encode()) + _counted(wrapped(modules))


def pointers(version: str, modules: str, width: int = 8, order: str = "<") -> tuple[bytes, bytes]:
    """What Go before 1.18 writes: the texts into the read-only segment, the marker and the headers into the other."""
    texts = [version.encode(), wrapped(modules)]
    read_only = b"gopher" + texts[0] + b"go1.999.gopher" + texts[1] + b"tail"
    places = [BASE + READ_ONLY_AT + read_only.find(text) for text in texts]
    letter = order + ("Q" if width == 8 else "I")
    headers = [struct.pack(letter, place) + struct.pack(letter, len(text)) for place, text in zip(places, texts, strict=True)]
    first = BASE + WRITABLE_AT + 64
    marker = MARKER + bytes([width, order == ">"]) + struct.pack(letter, first) + struct.pack(letter, first + 2 * width)
    return read_only, marker.ljust(64, b"\0") + headers[0] + headers[1]


def _laid(head: bytes, read_only: bytes, writable: bytes) -> bytes:
    assert len(head) <= READ_ONLY_AT and len(read_only) <= WRITABLE_AT - READ_ONLY_AT
    return head.ljust(READ_ONLY_AT, b"\0") + read_only.ljust(WRITABLE_AT - READ_ONLY_AT, b"\0") + writable


def _counted(text: bytes) -> bytes:
    length, head = len(text), b""
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + text
