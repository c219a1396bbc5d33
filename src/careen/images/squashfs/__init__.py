"""A root file system in a squashfs file (``.squashfs``, ``.sqfs``, ``.snap``), as one layer.

Its layer is read as the equivalent tar, generated on the way: nothing is unpacked or mounted.
Raises: InputError if the file cannot be read or is not a squashfs 4.0.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import Struct

from careen.errors import InputError
from careen.formats.archives.tar_header import header
from careen.images.parts import read_part
from careen.images.tarstream import TarStream, identity_of, limits_of, starts_with
from careen.model.image import Image, ImageConfig, Layer
from careen.plugins import ImageSource, OpenContext
from careen.safety.budget import Limits

from .filesystem import MAGIC, Inode, Squashfs

MAX_EXTENTS = 10_000  # for a file with more parts, the holes are written out


class PartFile(Struct, frozen=True):
    """The part of a file that contains the file system."""

    path: Path
    start: int
    size_bytes: int

    def opened(self) -> tuple[BinaryIO, Squashfs]:
        """The open file and its squashfs. Raises ValueError if it is not a squashfs."""
        file = self.path.open("rb")
        try:
            return file, Squashfs(partial(read_part, file, self.start, self.size_bytes))
        except BaseException:
            file.close()
            raise


def open_image(reference: str, context: OpenContext) -> Image:
    path = Path(reference)
    try:
        part = PartFile(path, 0, path.stat().st_size)
        file, found = part.opened()
        file.close()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check the path and its permissions") from error
    except ValueError as error:
        raise InputError(f"{path} is {error}", "unpack it and scan the folder: unsquashfs -d FOLDER FILE") from error
    config = ImageConfig(created=datetime.fromtimestamp(found.created, UTC).isoformat(timespec="seconds"))
    return Image(reference, "directory", "", None, config, (squashfs_layer(part, 0, limits_of(context)),))


def squashfs_layer(part: PartFile, index: int, limits: Limits, made_by: str = "", *, overlay: bool = False) -> Layer:
    """A part of a file as a layer. With ``overlay``, removed files become whiteouts. Raises ValueError if it is not a
    squashfs.
    """
    part.opened()[0].close()
    identity = identity_of(part.path, f"{'overlay' if overlay else 'squashfs'} {part.start}")

    def opened() -> BinaryIO:
        file, found = part.opened()
        return cast(
            BinaryIO, TarStream(tar_of(_upper(found) if overlay else found.entries(), found, part.size_bytes, limits), file)
        )

    return Layer(index, "", "", part.size_bytes, made_by, opened, identity)


def _upper(found: Squashfs) -> Iterator[tuple[bytes, Inode]]:
    """The entries of an overlay in the form of a layer: they may be below ``upper``, and removed files become whiteouts.
    **Source:** Linux, ``Documentation/filesystems/overlayfs.rst``, "whiteouts and opaque directories".
    """
    at_root = not any(path == b"upper" and inode.kind == "d" for path, inode in found.entries(depth=1))
    for path, inode in found.entries():
        if not at_root and not path.startswith(b"upper/"):
            continue
        path = path if at_root else path[6:]
        folder, slash, name = path.rpartition(b"/")
        if inode.kind == "c" and not inode.device:
            yield folder + slash + b".wh." + name, Inode("f", 0o644, 0, 0, inode.number)
            continue
        yield path, inode
        if inode.opaque:
            yield path + b"/.wh..wh..opq", Inode("f", 0o644, 0, 0, inode.number)


def tar_of(entries: Iterable[tuple[bytes, Inode]], found: Squashfs, stored_bytes: int, limits: Limits) -> Iterator[bytes]:
    """A tar of the file system's entries, in order. Raises ValueError if the file system is damaged."""
    first: dict[int, bytes] = {}  # inode -> its first name: later ones are hard links
    written = 0
    for path, inode in entries:
        if inode.kind != "f":
            yield header(path, inode.kind, inode.mode, inode.uid, inode.gid, link=inode.link)
            continue
        if inode.links > 1:
            known = first.setdefault(inode.number, path)
            if known != path:
                yield header(path, "h", inode.mode, inode.uid, inode.gid, link=known)
                continue
        for piece in _file(found, path, inode):
            written += len(piece)
            if written > limits.ratio_from_bytes and written > limits.ratio * stored_bytes:
                raise InputError(
                    f"it inflates to more than {limits.ratio} times its size, as decompression bombs do",
                    "if you trust this image, raise the limit with --max-ratio",
                )
            yield piece
    yield bytes(1024)


def _file(found: Squashfs, path: bytes, inode: Inode) -> Iterator[bytes]:
    extents = found.extents(inode)
    whole = extents == [(0, inode.size_bytes)] or not inode.size_bytes
    spelt_out = not whole and len(extents) > MAX_EXTENTS
    stored = inode.size_bytes if whole or spelt_out else sum(length for _, length in extents)
    yield header(
        path, "f", inode.mode, inode.uid, inode.gid, stored,
        capabilities=inode.capabilities, sparse=None if whole or spelt_out else (inode.size_bytes, extents),
    )  # fmt: skip
    yield from _spelt_out(found, inode, extents) if spelt_out else found.content(inode)
    if stored % 512:
        yield bytes(-stored % 512)


def _spelt_out(found: Squashfs, inode: Inode, extents: list[tuple[int, int]]) -> Iterator[bytes]:
    pieces = found.content(inode)
    at = 0
    for offset, length in (*extents, (inode.size_bytes, 0)):
        while at < offset:
            hole = min(found.block_bytes, offset - at)
            at += hole
            yield bytes(hole)
        while length > 0:
            piece = next(pieces)
            at += len(piece)
            length -= len(piece)
            yield piece


IMAGE_SOURCE = ImageSource(
    name="squashfs",
    open=open_image,
    accepts=lambda reference: starts_with(reference, 0, MAGIC),
    description="a root file system in a squashfs file, such as a snap",
)
