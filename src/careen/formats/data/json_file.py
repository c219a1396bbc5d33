"""The decoded content of a JSON file, which may be gzipped, with bounded size. Raises ValueError.

Files are read completely: a typed decoder that drops unneeded fields uses less memory than a tree of everything.
"""

import zlib
from pathlib import Path
from typing import TypeVar

import msgspec

from careen.safety.typed import from_json

Value = TypeVar("Value")
CHUNK_BYTES = 256 * 1024


def read_json(file: Path, kind: type[Value], limit_bytes: int) -> Value:
    """The content as a value of ``kind``, decoded by msgspec; content of another shape is a ValueError too."""
    data = read_bounded(file, limit_bytes)
    try:
        return from_json(data, kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None


def read_bounded(file: Path, limit_bytes: int) -> bytearray:
    """The content, inflated if it is gzip. Raises ValueError for more than ``limit_bytes`` bytes of it."""
    content = bytearray()
    with file.open("rb") as stream:
        engine = zlib.decompressobj(31) if stream.read(2) == b"\x1f\x8b" else None
        stream.seek(0)
        while chunk := stream.read(CHUNK_BYTES):
            content += _inflated(engine, chunk, limit_bytes - len(content) + 1) if engine else chunk
            if len(content) > limit_bytes:
                raise ValueError(f"more than {limit_bytes} bytes")
    if engine and not engine.eof:
        raise ValueError("incomplete gzip")
    return content


def _inflated(engine: "zlib._Decompress", chunk: bytes, limit_bytes: int) -> bytes:
    try:
        return engine.decompress(chunk, limit_bytes)
    except zlib.error as error:
        raise ValueError(f"damaged gzip: {error}") from None
