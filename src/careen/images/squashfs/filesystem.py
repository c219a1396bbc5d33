"""Reads a squashfs file system, as Apptainer, Singularity and snaps use it: its entries in order, and their content.

Shape: a superblock; data blocks; tables of inodes and of folders in metadata blocks of 8 KiB; tables of fragments (ends of
files that share a block), of owners and of extended attributes. All numbers are little-endian. Blocks are compressed one
by one with zlib, xz, lzma, lz4, lzo or zstd.
Raises: ValueError if it is not a squashfs 4.0, or damaged; entries that were yielded before are valid.
**Source:** Linux, ``Documentation/filesystems/squashfs.rst`` and ``fs/squashfs/squashfs_fs.h``.
"""

import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from careen.images.squashfs import lz

MAGIC = b"hsqs"
METADATA_BYTES = 8192
CACHED_BLOCKS = 1024  # blocks of metadata, 8 MiB
CACHED_FRAGMENTS = 8
MAX_BLOCKS = 4_000_000  # blocks of one file
MAX_DEPTH = 1024
NO_FRAGMENT = 0xFFFFFFFF
_SUPERBLOCK = struct.Struct("<4sIIIIHHHHHHQQQQQQQQ")
_KINDS = {1: "d", 2: "f", 3: "l", 4: "b", 5: "c", 6: "p", 7: "p"}  # numbers from 8 on are the same kinds, with more fields
_CAPABILITY = (2, b"capability")  # "security." and the rest of the name
_OPAQUE = (1, b"overlay.opaque")  # "trusted."
_COMPRESSORS = {1: "zlib", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}


class Inode(Struct, frozen=True):
    """An entry. ``kind``: f file, d folder, l symbolic link, c b p devices, pipes and sockets. ``number`` is the same
    for all hard links. ``opaque``: in an overlay, it hides the content of the same folder below it.
    """

    kind: str
    mode: int
    uid: int
    gid: int
    number: int
    size_bytes: int = 0
    links: int = 1
    link: bytes = b""
    start: int = 0  # offset of the data blocks
    blocks: "array[int]" = array("I")
    fragment: int = NO_FRAGMENT
    offset: int = 0  # of a file in its fragment, of a folder in its metadata block
    capabilities: bool = False
    device: int = 0
    opaque: bool = False


class Squashfs:
    """The file system. ``read_at(offset, size)`` returns bytes of it, fewer at its end."""

    def __init__(self, read_at: Callable[[int, int], bytes]) -> None:
        head = read_at(0, _SUPERBLOCK.size)
        if len(head) < _SUPERBLOCK.size or head[:4] != MAGIC:
            raise ValueError("not a squashfs")
        (
            _, _, self.created, self.block_bytes, self._fragment_count, compressor, _, _, self._id_count, major, _,
            self._root, self.used_bytes, ids, self._xattrs, self._inodes, self._folders, fragments, _,
        ) = _SUPERBLOCK.unpack(head)  # fmt: skip
        if major != 4:
            raise ValueError(f"a squashfs of version {major}, not 4")
        if not 4096 <= self.block_bytes <= 1 << 20:
            raise ValueError(f"a squashfs with an invalid block size: {self.block_bytes} bytes, not 4 KiB to 1 MiB")
        self._read_at = read_at
        self._inflate = _decompressor(_COMPRESSORS.get(compressor, f"method {compressor}"))
        self._metadata: dict[int, tuple[bytes, int]] = {}
        self._fragments: dict[int, bytes] = {}
        self._fragment_table = self._pointers(fragments, self._fragment_count, 16) if self._fragment_count else ()
        self._ids = self._owners(ids)
        self._attribute_sets: dict[int, frozenset[tuple[int, bytes]]] = {}

    def entries(self, depth: int = MAX_DEPTH + 1) -> Iterator[tuple[bytes, Inode]]:
        """The path and inode of everything below the root, each folder before its content; deeper entries are left out."""
        root = self._inode(self._root)
        if root.kind != "d":
            raise ValueError("the root of the squashfs is not a folder")
        seen = {root.number}
        open_folders = [(b"", self._listing(root))]
        while open_folders:
            prefix, listing = open_folders[-1]
            for name, reference in listing:
                inode = self._inode(reference)
                yield prefix + name, inode
                if inode.kind == "d" and len(open_folders) < depth:
                    if inode.number in seen:
                        raise ValueError("a folder of the squashfs is in itself, or in two places")
                    if len(open_folders) >= MAX_DEPTH:
                        raise ValueError(f"folders of the squashfs are nested more than {MAX_DEPTH} deep")
                    seen.add(inode.number)
                    open_folders.append((prefix + name + b"/", self._listing(inode)))
                    break
            else:
                open_folders.pop()

    def extents(self, inode: Inode) -> list[tuple[int, int]]:
        """The offset and length of the parts of a file that are not holes."""
        found: list[tuple[int, int]] = []
        for index, word in enumerate((*inode.blocks, 1) if inode.fragment != NO_FRAGMENT else inode.blocks):
            if word:
                at = index * self.block_bytes
                length = min(self.block_bytes, inode.size_bytes - at)
                if found and sum(found[-1]) == at:
                    found[-1] = (found[-1][0], found[-1][1] + length)
                elif length:
                    found.append((at, length))
        return found

    def content(self, inode: Inode) -> Iterator[bytes]:
        """The content of the extents of a file, in pieces of at most one block."""
        at, left = inode.start, inode.size_bytes
        for word in inode.blocks:
            wanted = min(self.block_bytes, left)
            left -= wanted
            if word:
                stored = word & 0xFFFFFF
                piece = self._data(at, word)
                if len(piece) != wanted:
                    raise ValueError("a data block of the squashfs is damaged")
                at += stored
                yield piece
        if left:
            piece = self._fragment(inode.fragment)[inode.offset : inode.offset + left]
            if len(piece) != left:
                raise ValueError("a fragment of the squashfs is damaged")
            yield piece

    def _listing(self, folder: Inode) -> Iterator[tuple[bytes, int]]:
        """The name and inode reference of the entries of a folder."""
        cursor = _Cursor(self, self._folders + folder.start, folder.offset)
        left = folder.size_bytes - 3  # the size includes "." and "..", which are not stored
        while left > 0:
            count, block, _ = struct.unpack("<III", cursor.read(12))
            left -= 12
            if count > 255:
                raise ValueError("a folder of the squashfs is damaged")
            for _ in range(count + 1):
                offset, _, _, length = struct.unpack("<HhHH", cursor.read(8))
                if length > 255:
                    raise ValueError("a name in the squashfs is too long")
                name = cursor.read(length + 1)
                left -= 8 + len(name)
                if b"/" in name or b"\0" in name:
                    raise ValueError("a name in the squashfs is damaged")
                yield name, block << 16 | offset

    def _inode(self, reference: int) -> Inode:
        cursor = _Cursor(self, self._inodes + (reference >> 16), reference & 0xFFFF)
        type_, mode, uid, gid, _, number = struct.unpack("<HHHHII", cursor.read(16))
        kind = _KINDS.get(type_ - 7 if type_ > 7 else type_)
        if kind is None or uid >= len(self._ids) or gid >= len(self._ids):
            raise ValueError("an inode of the squashfs is damaged")
        common = (kind, mode & 0o7777, self._ids[uid], self._ids[gid], number)
        if type_ == 1:
            block, links, size, offset, _ = struct.unpack("<IIHHI", cursor.read(16))
            return Inode(*common, size, links, start=block, offset=offset)
        if type_ == 8:
            links, size, block, _, _, offset, xattr = struct.unpack("<IIIIHHI", cursor.read(24))
            return Inode(*common, size, links, start=block, offset=offset, opaque=_OPAQUE in self._attributes(xattr))
        if type_ == 2:
            start, fragment, offset, size = struct.unpack("<IIII", cursor.read(16))
            blocks = self._block_list(cursor, size, fragment)
            return Inode(*common, size, start=start, blocks=blocks, fragment=fragment, offset=offset)
        if type_ == 9:
            start, size, _, links, fragment, offset, xattr = struct.unpack("<QQQIIII", cursor.read(40))
            blocks = self._block_list(cursor, size, fragment)
            return Inode(
                *common, size, links, start=start, blocks=blocks, fragment=fragment, offset=offset,
                capabilities=_CAPABILITY in self._attributes(xattr),
            )  # fmt: skip
        (links,) = struct.unpack("<I", cursor.read(4))
        if kind != "l":
            device = struct.unpack("<I", cursor.read(4))[0] if kind in "bc" else 0
            return Inode(*common, 0, links, device=device)
        (length,) = struct.unpack("<I", cursor.read(4))
        if length > 65536:
            raise ValueError("a symbolic link in the squashfs is too long")
        return Inode(*common, 0, links, cursor.read(length))

    def _block_list(self, cursor: "_Cursor", size: int, fragment: int) -> "array[int]":
        count = size // self.block_bytes if fragment != NO_FRAGMENT else -(-size // self.block_bytes)
        if count > MAX_BLOCKS:
            raise ValueError(f"a file of {size} bytes in the squashfs is too large: over {MAX_BLOCKS} blocks")
        blocks = array("I", cursor.read(4 * count))
        if sys.byteorder == "big":
            blocks.byteswap()
        return blocks

    def _fragment(self, index: int) -> bytes:
        known = self._fragments.get(index)
        if known is None:
            if index >= self._fragment_count:
                raise ValueError("a fragment of the squashfs is missing")
            block, at = divmod(index * 16, METADATA_BYTES)
            start, word, _ = struct.unpack_from(
                "<QII", self._block(self._fragment_table[block])[0].ljust(METADATA_BYTES, b"\0"), at
            )
            known = self._data(start, word)
            if len(self._fragments) >= CACHED_FRAGMENTS:
                del self._fragments[next(iter(self._fragments))]
            self._fragments[index] = known
        return known

    def _data(self, at: int, word: int) -> bytes:
        """A block of data. One bit of ``word`` marks blocks that are not compressed, the others are its stored size."""
        stored = word & 0xFFFFFF
        if stored > self.block_bytes:
            raise ValueError("a data block of the squashfs is too large")
        raw = self._read_at(at, stored)
        if len(raw) < stored:
            raise ValueError("the squashfs breaks off")
        return raw if word & 0x1000000 else self._inflate(raw, self.block_bytes)

    def _block(self, at: int) -> tuple[bytes, int]:
        """The content of the metadata block at a position, and the position of the next one."""
        known = self._metadata.get(at)
        if known is None:
            raw = self._read_at(at, 2 + METADATA_BYTES)
            if len(raw) < 3:
                raise ValueError("the squashfs breaks off")
            word = raw[0] | raw[1] << 8
            stored = word & 0x7FFF
            if not stored or stored > METADATA_BYTES or len(raw) < 2 + stored:
                raise ValueError("a metadata block of the squashfs is damaged")
            body = raw[2 : 2 + stored]
            known = (body if word & 0x8000 else self._inflate(body, METADATA_BYTES), at + 2 + stored)
            if not known[0]:
                raise ValueError("a metadata block of the squashfs is empty")
            if len(self._metadata) >= CACHED_BLOCKS:
                del self._metadata[next(iter(self._metadata))]
            self._metadata[at] = known
        return known

    def _pointers(self, at: int, count: int, entry_bytes: int) -> tuple[int, ...]:
        """The positions of the metadata blocks of a table of ``count`` entries."""
        blocks = -(-count * entry_bytes // METADATA_BYTES)
        if blocks * 8 > self.used_bytes:
            raise ValueError("a table of the squashfs is too large")
        raw = self._read_at(at, 8 * blocks)
        if len(raw) < 8 * blocks:
            raise ValueError("the squashfs breaks off")
        return struct.unpack(f"<{blocks}Q", raw)

    def _owners(self, at: int) -> tuple[int, ...]:
        data = b"".join(self._block(place)[0] for place in self._pointers(at, self._id_count, 4))
        if len(data) < 4 * self._id_count:
            raise ValueError("the table of owners of the squashfs is damaged")
        return struct.unpack_from(f"<{self._id_count}I", data)

    def _attributes(self, index: int) -> frozenset[tuple[int, bytes]]:
        """The name space and name of the extended attributes of an entry of their table."""
        if index == 0xFFFFFFFF or self._xattrs == 0xFFFFFFFFFFFFFFFF:
            return frozenset()
        known = self._attribute_sets.get(index)
        if known is None:
            known = self._attribute_sets[index] = frozenset(self._read_attributes(index))
        return known

    def _read_attributes(self, index: int) -> Iterator[tuple[int, bytes]]:
        head = self._read_at(self._xattrs, 16)
        if len(head) < 16:
            raise ValueError("the squashfs breaks off")
        start, count, _ = struct.unpack("<QII", head)
        if index >= count:
            raise ValueError("an extended attribute of the squashfs is missing")
        block, at = divmod(index * 16, METADATA_BYTES)
        (place,) = struct.unpack("<Q", self._read_at(self._xattrs + 16 + 8 * block, 8).ljust(8, b"\0"))
        reference, attributes, _ = struct.unpack_from("<QII", self._block(place)[0].ljust(METADATA_BYTES, b"\0"), at)
        cursor = _Cursor(self, start + (reference >> 16), reference & 0xFFFF)
        for _ in range(min(attributes, 1024)):
            space, length = struct.unpack("<HH", cursor.read(4))
            name = cursor.read(length)
            cursor.read(min(struct.unpack("<I", cursor.read(4))[0], 1 << 20))
            yield space & 0xFF, name


class _Cursor:
    """Reads a table from a position on, across metadata blocks."""

    __slots__ = ("_at", "_block", "_offset")

    def __init__(self, owner: Squashfs, at: int, offset: int) -> None:
        self._block, self._at, self._offset = owner._block, at, offset  # of the same module

    def read(self, size: int) -> bytes:
        data, following = self._block(self._at)
        piece = data[self._offset : self._offset + size]
        self._offset += size
        if len(piece) == size:
            return piece
        parts, missing = [piece], size - len(piece)
        while missing:
            self._at, self._offset = following, 0
            data, following = self._block(self._at)
            parts.append(data[:missing])
            self._offset = len(parts[-1])
            missing -= self._offset
        return b"".join(parts)


def _decompressor(kind: str) -> Callable[[bytes, int], bytes]:
    """A function that decompresses one block to at most so many bytes."""
    make: Callable[[], Any]
    errors: Any
    if kind == "zlib":
        try:
            from isal import isal_zlib

            make, errors = isal_zlib.decompressobj, (isal_zlib.error, zlib.error)
        except ImportError:
            make, errors = zlib.decompressobj, (zlib.error,)
    elif kind in ("xz", "lzma"):
        import lzma

        make, errors = (lambda: lzma.LZMADecompressor(memlimit=64 << 20)), (lzma.LZMAError,)
    elif kind == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        make, errors = zstd.ZstdDecompressor, (zstd.ZstdError,)
    elif kind in ("lz4", "lzo"):
        return {"lz4": lz.lz4, "lzo": lz.lzo}[kind]
    else:
        raise ValueError(f"a squashfs compressed with {kind}, which is not read")

    def inflate(data: bytes, limit: int) -> bytes:
        try:
            return bytes(make().decompress(data, limit))
        except (*errors, EOFError) as error:
            raise ValueError(f"a block of the squashfs is damaged: {error}") from error

    return inflate
