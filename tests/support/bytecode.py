"""Compiled Python: of this version by its own compiler, and the smallest files of others, byte by byte."""

import importlib.util
import marshal
import struct


def compiled(source: str, magic: int = 0) -> bytes:
    """With a ``magic`` number, a file of that version with a function ``a_function`` that has ``a constant``."""
    if not magic:
        return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(source, "a.py", "exec"))
    is_old = magic > 50_000
    header = 8 if is_old else 16 if magic >= 3390 else 12
    return (magic.to_bytes(2, "little") + b"\r\n").ljust(header, b"\0") + _code(
        magic, b"<module>", _code(magic, b"a_function", b"")
    )


def _code(magic: int, name: bytes, inside: bytes) -> bytes:
    numbers = 4 if magic > 50_000 else 6 if 3400 <= magic < 3450 else 5
    constants = b"(" + struct.pack("<I", 2 if inside else 1) + _text(b"a constant") + inside
    none = b"(" + bytes(4)
    before = [_text(b"code"), constants, none]
    line = struct.pack("<I", 1)
    if 3450 <= magic < 50_000:
        parts = [*before, none, _text(b""), _text(b"a.py"), _text(name), _text(b"whole." + name), line, _text(b""), _text(b"")]
    else:
        parts = [*before, none, none, none, _text(b"a.py"), _text(name), line, _text(b"")]
    return b"c" + bytes(4 * numbers) + b"".join(parts)


def _text(text: bytes) -> bytes:
    return b"s" + struct.pack("<I", len(text)) + text
