"""The database format of apk-tools 3: its database of installed packages, indexes and packages.

Shape: ``ADB.`` and a schema of 4 bytes, or ``ADBd`` (deflate) and ``ADBc`` (a method, a level) before such a file in
compressed form; then blocks, the first of which has the values. A value is a number of 32 bits: 4 bits of type, and 28 bits
with an integer, or with the place in the block of a longer integer, a text, an array or an object.
Raises: ValueError if the file has another format, or is damaged.
**Source:** apk-tools 3, ``doc/apk-v3.5.scd``, ``src/adb.h``, ``src/apk_adb.h``.
"""

import struct
import zlib
from collections.abc import Iterator

from msgspec import Struct

from careen.formats.archives.inflate import open_stream
from careen.safety.budget import Limits

INFLATED_BYTES = 256 << 20
MAX_VALUES = 5_000_000  # read from one file: values of a block can refer to each other endlessly
INSTALLED, PACKAGE, INDEX = b"idb\0", b"pckg", b"indx"
_BLOB_8, _BLOB_16, _BLOB_32, _ARRAY, _OBJECT = 8, 9, 10, 13, 14  # types of values


class AdbPackage(Struct, frozen=True):
    name: str
    version: str
    arch: str = ""
    licence: str = ""
    origin: str = ""
    maintainer: str = ""
    paths: tuple[str, ...] = ()
    commit: str = ""  # of the recipe


def is_adb(head: bytes) -> bool:
    return head[:4] in (b"ADB.", b"ADBd", b"ADBc")


def read_adb(data: bytes) -> tuple[bytes, tuple[AdbPackage, ...]]:
    """(schema, packages) of a file: all packages of a database or an index, or the package that the file is."""
    data = _inflated(data)
    if data[:4] != b"ADB." or len(data) < 20:
        raise ValueError("not a database of apk-tools 3")
    schema = data[4:8]
    block = _Block(_first_block(data[8:]), [MAX_VALUES])
    root = block.object(block.root)
    if schema == INSTALLED:
        return schema, tuple(_embedded(block, value) for value in block.array(root.get(1, 0)))
    if schema == INDEX:
        return schema, tuple(_info(block, value, ()) for value in block.array(root.get(2, 0)))
    if schema == PACKAGE:
        return schema, (_package(block),)
    raise ValueError(f"a database of apk-tools with the unknown schema {schema!r}")


def _inflated(data: bytes) -> bytes:
    if data[:4] == b"ADBd":
        return _deflated(data[4:])
    if data[:4] != b"ADBc" or len(data) < 6:
        return data
    method, body = data[4], data[6:]
    if method == 0:
        return body
    if method == 1:
        return _deflated(body)
    if method != 2:
        raise ValueError(f"a database of apk-tools compressed with the unknown method {method}")
    import io

    stream = open_stream(io.BytesIO(body), Limits())
    return _bounded(stream.read(INFLATED_BYTES + 1))


def _deflated(data: bytes) -> bytes:
    engine = zlib.decompressobj(-15)
    try:
        return _bounded(engine.decompress(data, INFLATED_BYTES + 1))
    except zlib.error as error:
        raise ValueError(f"damaged deflate data: {error}") from error


def _bounded(data: bytes) -> bytes:
    if len(data) > INFLATED_BYTES:
        raise ValueError(f"it inflates to more than {INFLATED_BYTES >> 20} MiB")
    return data


def _first_block(data: bytes) -> bytes:
    """The first block, which contains the values; later blocks contain signatures and the content of files."""
    if len(data) < 4:
        raise ValueError("the database of apk-tools is incomplete")
    (word,) = struct.unpack_from("<I", data)
    if word >> 30 == 3:
        if len(data) < 16:
            raise ValueError("the database of apk-tools is incomplete")
        kind, head, size = word & 0x3FFFFFFF, 16, struct.unpack_from("<Q", data, 8)[0]
    else:
        kind, head, size = word >> 30, 4, word & 0x3FFFFFFF
    if kind != 0 or size < head + 8:
        raise ValueError("the database of apk-tools does not begin with its values")
    if size > len(data):
        raise ValueError("the database of apk-tools is incomplete")
    return data[head:size]


class _Block:
    """The values of one block; ``left`` counts down the values that may still be read from the file."""

    def __init__(self, data: bytes, left: list[int]) -> None:
        compatible, _, _, self.root = struct.unpack_from("<BBHI", data)
        if compatible:
            raise ValueError(f"a database of apk-tools of the unknown version {compatible}")
        self._data, self.left = data, left

    def object(self, value: int) -> dict[int, int]:
        """The fields of an object that have a value, by their number."""
        if not value:
            return {}
        if value >> 28 != _OBJECT:
            raise ValueError("a value of the database of apk-tools is not an object")
        return {number: field for number, field in enumerate(self._values(value), 1) if field}

    def array(self, value: int) -> tuple[int, ...]:
        if not value:
            return ()
        if value >> 28 != _ARRAY:
            raise ValueError("a value of the database of apk-tools is not a list")
        return self._values(value)

    def blob(self, value: int) -> bytes:
        if not value:
            return b""
        kind, at = value >> 28, value & 0x0FFFFFFF
        width = {_BLOB_8: 1, _BLOB_16: 2, _BLOB_32: 4}.get(kind)
        if width is None:
            raise ValueError("a value of the database of apk-tools is not a text")
        start = at + width
        end = start + int.from_bytes(self._data[at:start], "little")
        if end > len(self._data) or start > len(self._data):
            raise ValueError("a value of the database of apk-tools is beyond its end")
        self._count(1 + (end - start) // 64)
        return self._data[start:end]

    def text(self, value: int) -> str:
        return self.blob(value).decode(errors="backslashreplace")

    def _values(self, value: int) -> tuple[int, ...]:
        at = value & 0x0FFFFFFF
        if at + 4 > len(self._data):
            raise ValueError("a value of the database of apk-tools is beyond its end")
        (count,) = struct.unpack_from("<I", self._data, at)  # the count itself included
        if not count or at + 4 * count > len(self._data):
            raise ValueError("a list in the database of apk-tools is beyond its end")
        self._count(count)
        return struct.unpack_from(f"<{count - 1}I", self._data, at + 4)

    def _count(self, values: int) -> None:
        self.left[0] -= values
        if self.left[0] < 0:
            raise ValueError("the database of apk-tools refers to its values too often")


def _embedded(block: _Block, value: int) -> AdbPackage:
    """A package of the installed database, which is a database in a database."""
    data = block.blob(value)
    if len(data) >= 12 and data[:4] == b"ADB.":
        data = data[8:]
    if len(data) >= 12 and data[:4] != bytes(4):  # the head of a block; bare values start with version 0
        data = _first_block(data)
    if len(data) < 8:
        raise ValueError("a package of the database of apk-tools is incomplete")
    return _package(_Block(data, block.left))


def _package(block: _Block) -> AdbPackage:
    root = block.object(block.root)
    return _info(block, root.get(1, 0), tuple(_paths(block, root.get(2, 0))))


def _paths(block: _Block, value: int) -> Iterator[str]:
    for item in block.array(value):
        folder = block.object(item)
        name = block.text(folder.get(1, 0)).strip("/")
        for entry in block.array(folder.get(3, 0)):
            file = block.text(block.object(entry).get(1, 0))
            yield f"{name}/{file}" if name else file


def _info(block: _Block, value: int, paths: tuple[str, ...]) -> AdbPackage:
    fields = block.object(value)
    name, version, arch, licence, origin, maintainer = (block.text(fields.get(number, 0)) for number in (1, 2, 5, 6, 7, 8))
    commit = block.blob(fields.get(10, 0)).hex()
    if not name or not version:
        raise ValueError(f"a package has no {'version' if name else 'name'} ({name or version or 'empty'})")
    return AdbPackage(name, version, arch, licence, origin, maintainer, paths, commit)
