"""The decoded content of a JSON file that may be gzipped, bounded in size. Raises ValueError.

Files are read whole: a typed decoder that drops what is not asked for needs less memory than a tree of it.
"""

import zlib
from pathlib import Path
from typing import TypeVar

import msgspec

Value = TypeVar("Value")


def read_json(file: Path, kind: type[Value], limit_bytes: int) -> Value:
    """``kind`` is what msgspec decodes into; a wrong shape is a ValueError too."""
    data = read_bounded(file, limit_bytes)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None


def read_bounded(file: Path, limit_bytes: int) -> bytes:
    """The content, inflated where it is gzip."""
    with file.open("rb") as stream:
        data = stream.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise ValueError(f"more than {limit_bytes} bytes")
    if data[:2] != b"\x1f\x8b":
        return data
    engine = zlib.decompressobj(31)
    try:
        inflated = engine.decompress(data, limit_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"damaged gzip: {error}") from None
    if len(inflated) > limit_bytes:
        raise ValueError(f"more than {limit_bytes} bytes inflated")
    if not engine.eof:
        raise ValueError("gzip is cut short")
    return inflated
