"""Small PE files with a version resource, built byte by byte: ``pe_file(strings)``. They would not run."""

import struct

SECTION_AT, SECTION_ADDRESS = 0x200, 0x2000


def pe_file(strings: dict[str, str], *, managed: bool = True, wide: bool = True, fill: bytes = b"") -> bytes:
    """``fill`` lies between the headers and the resources."""
    resources = resources_of(strings)
    optional_bytes = (112 if wide else 96) + 16 * 8
    directories = [(0, 0)] * 16
    directories[2] = (SECTION_ADDRESS, len(resources))
    directories[14] = (0x3000, 72) if managed else (0, 0)
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(optional_bytes - 16 * 8 - 4, b"\0") + struct.pack("<I", 16)
    optional += b"".join(struct.pack("<2I", *one) for one in directories)
    header = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80)
    header = header.ljust(0x80, b"\0") + b"PE\0\0" + struct.pack("<2H12x2H", 0x8664, 1, optional_bytes, 0x2022) + optional
    at = SECTION_AT + len(fill)
    header += b".rsrc\0\0\0" + struct.pack("<4I12xI", len(resources), SECTION_ADDRESS, len(resources), at, 0x4000_0040)
    return header.ljust(SECTION_AT, b"\0") + fill + resources


def resources_of(strings: dict[str, str]) -> bytes:
    """Three folders of one entry each, a data entry, and the block it points to."""
    block = version_block(strings)
    folders = b"".join(
        struct.pack("<12x2H2I", 0, 1, identity, target)
        for identity, target in ((16, 0x8000_0000 | 24), (1, 0x8000_0000 | 48), (1033, 72))
    )
    return folders + struct.pack("<4I", SECTION_ADDRESS + 88, len(block), 0, 0) + block


def version_block(strings: dict[str, str]) -> bytes:
    texts = b"".join(_padded(_block(key, (value + "\0").encode("utf-16-le"), True, b"")) for key, value in strings.items())
    table = _block("040904b0", b"", True, texts)
    translation = _block("VarFileInfo", b"", True, _block("Translation", b"\x09\x04\xb0\x04", False, b""))
    children = _padded(translation) + _block("StringFileInfo", b"", True, table)
    return _block("VS_VERSION_INFO", struct.pack("<I", 0xFEEF04BD).ljust(52, b"\0"), False, children)


def _block(key: str, value: bytes, is_text: bool, children: bytes) -> bytes:
    start = _padded(b"\0" * 6 + (key + "\0").encode("utf-16-le"))[6:]
    body = _padded(b"\0" * 6 + start + value)[6:] + children if children else start + value
    return struct.pack("<3H", 6 + len(body), len(value) // 2 if is_text else len(value), is_text) + body


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
