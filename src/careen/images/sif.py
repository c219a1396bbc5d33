"""A Singularity Image Format file (``.sif``), as Apptainer and Singularity build and run them.

Shape: a header of 128 bytes behind ``#!/usr/bin/env run-singularity``, then descriptors of 585 bytes, each of one part of the
file. The primary partition is the root file system, a squashfs: one layer, read as in ``squashfs``. A writable overlay
lies over it as a second one; an ext3 is not read, which is an unknown of that layer. Labels are JSON.
An OCI-SIF of SingularityCE 4 has an OCI index and blobs in place of the partition; its layers are squashfs files.
Raises: InputError if there is no primary partition that can be read: encrypted or ext3.
**Source:** SIF specification 1, ``pkg/sif/sif.go`` and ``descriptor.go`` of sylabs/sif 2.
"""

import io
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import InputError
from careen.model.image import Image, ImageConfig, Layer, Platform
from careen.plugins import ImageSource, OpenContext

from .archive import AGAIN, DOCUMENT_BYTES
from .layout import from_entries
from .manifest import is_digest, parse_index, require
from .squashfs import PartFile, squashfs_layer
from .tarstream import limits_of, starts_with

MAGIC = b"SIF_MAGIC\0"
MAGIC_AT = 32
MAX_DESCRIPTORS = 4096
LABEL_BYTES = 1 << 20
_HEADER = struct.Struct("<32s 10s 3s 3s 16s q q q q q q q q")
_DESCRIPTOR = struct.Struct("<i ? I I I q q q q q q q 128s 384s")
_LABELS, _PARTITION, _OCI_INDEX, _OCI_BLOB = 0x4003, 0x4004, 0x400A, 0x400B
_FILE_SYSTEMS = {1: "squashfs", 2: "ext3", 3: "an archive", 4: "raw data", 5: "an encrypted squashfs"}
_PRIMARY, _OVERLAY = 2, 4
_ARCHITECTURES = {
    b"01": "386", b"02": "amd64", b"03": "arm", b"04": "arm64", b"05": "ppc64", b"06": "ppc64le", b"07": "mips",
    b"08": "mipsle", b"09": "mips64", b"10": "mips64le", b"11": "s390x", b"12": "riscv64",
}  # fmt: skip


class Part(Struct, frozen=True):
    """``file_system``, ``role`` and ``architecture`` are those of a partition."""

    type: int
    offset: int
    size_bytes: int
    file_system: int = 0
    role: int = 0
    architecture: str = ""
    digest: str = ""  # of a blob


def open_image(reference: str, context: OpenContext) -> Image:
    path = Path(reference)
    try:
        with path.open("rb") as file:
            created, parts = _parts(file)
            return _image(reference, path, file, created, parts, context)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check the path and its permissions") from error
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{path} is not an image of Apptainer or Singularity: {error}", "apptainer sif list FILE shows its parts"
        ) from error


def _image(reference: str, path: Path, file: BinaryIO, created: int, parts: tuple[Part, ...], context: OpenContext) -> Image:
    primary = next((part for part in parts if part.type == _PARTITION and part.role == _PRIMARY), None)
    if primary is None and any(part.type == _OCI_INDEX for part in parts):
        return _oci(reference, path, parts, context)
    if primary is None:
        raise InputError(f"{path} has no root file system", "apptainer sif list FILE shows its parts")
    if primary.file_system != 1:
        kind = _FILE_SYSTEMS.get(primary.file_system, "of an unknown kind")
        hint = "unpack it where its key is, and scan the folder: apptainer build --sandbox FOLDER FILE"
        raise InputError(f"the root file system of {path} is {kind}, which is not read", hint)
    platform = Platform("linux", primary.architecture) if primary.architecture else None
    if platform:
        require(context.platform, platform)
    layers = [squashfs_layer(PartFile(path, primary.offset, primary.size_bytes), 0, limits_of(context), "the root file system")]
    for part in parts:
        if part.type == _PARTITION and part.role == _OVERLAY:
            layers.append(_overlay(path, part, len(layers), context))
    config = ImageConfig(
        created=datetime.fromtimestamp(created, UTC).isoformat(timespec="seconds") if created else None,
        labels=_labels(file, parts),
    )
    return Image(reference, "directory", "", platform, config, tuple(layers))


def _oci(reference: str, path: Path, parts: tuple[Part, ...], context: OpenContext) -> Image:
    blobs = _Blobs(path, parts)
    image = from_entries(blobs, reference, parse_index(blobs.read("index.json")), context)
    layers = []
    for layer in image.layers:
        place = PartFile(path, *blobs.place("blobs/" + layer.digest.replace(":", "/")))
        layers.append(squashfs_layer(place, layer.index, limits_of(context), layer.created_by, overlay=bool(layer.index)))
    return replace(image, layers=tuple(layers))


class _Blobs:
    """The documents of an OCI-SIF, under the names that they have in an OCI layout."""

    def __init__(self, path: Path, parts: tuple[Part, ...]) -> None:
        self.name, self._path = str(path), path
        self._places = {_name(part): (part.offset, part.size_bytes) for part in parts if _name(part)}

    def place(self, path: str) -> tuple[int, int]:
        if path not in self._places:
            raise InputError(f"{self.name}: {path} is missing", AGAIN)
        return self._places[path]

    def has(self, path: str) -> bool:
        return path in self._places

    def read(self, path: str) -> bytes:
        start, size = self.place(path)
        if size > DOCUMENT_BYTES:
            raise InputError(f"{self.name}: {path} is larger than {DOCUMENT_BYTES >> 20} MiB", AGAIN)
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(size)

    def opener(self, path: str) -> Callable[[], BinaryIO]:
        self.place(path)
        return lambda: io.BytesIO(self.read(path))  # layers do not need it


def _name(part: Part) -> str:
    return "index.json" if part.type == _OCI_INDEX else part.digest and "blobs/" + part.digest.replace(":", "/")


def _overlay(path: Path, part: Part, index: int, context: OpenContext) -> Layer:
    if part.file_system == 1:
        return squashfs_layer(
            PartFile(path, part.offset, part.size_bytes), index, limits_of(context), "an overlay", overlay=True
        )
    kind = _FILE_SYSTEMS.get(part.file_system, "of an unknown kind")
    return Layer(
        index,
        "",
        "",
        part.size_bytes,
        "an overlay",
        lambda: cast(BinaryIO, _NotRead(f"this overlay is {kind}, which is not read")),
    )


class _NotRead(io.RawIOBase):
    """A stream that cannot be read. The first read raises ValueError with the reason; later ones return nothing."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, size: int = -1) -> bytes:
        reason, self._reason = self._reason, ""
        if reason:
            raise ValueError(reason)
        return b""


def _parts(file: BinaryIO) -> tuple[int, tuple[Part, ...]]:
    """The time of creation, and the parts in use."""
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size or head[MAGIC_AT : MAGIC_AT + len(MAGIC)] != MAGIC:
        raise ValueError("it has no header of a SIF")
    _, _, _, _, _, created, _, _, count, at, size, _, _ = _HEADER.unpack(head)
    if not 0 <= count <= MAX_DESCRIPTORS or at < _HEADER.size:
        raise ValueError(f"its header lists {count} parts")
    end = file.seek(0, 2)
    file.seek(at)
    raw = file.read(min(size, MAX_DESCRIPTORS * _DESCRIPTOR.size) if size > 0 else 0)
    found = []
    for fields in _DESCRIPTOR.iter_unpack(raw[: len(raw) // _DESCRIPTOR.size * _DESCRIPTOR.size]):
        type_, used, _, _, _, offset, size_bytes, *_, extra = fields
        if used:
            if offset < 0 or size_bytes < 0 or offset + size_bytes > end:
                raise ValueError("a part of it lies beyond the end of the file")
            found.append(_part(type_, offset, size_bytes, extra))
    return created, tuple(found)


def _part(type_: int, offset: int, size_bytes: int, extra: bytes) -> Part:
    if type_ == _OCI_BLOB:
        digest = extra.partition(b"\0")[0].decode("ascii", "replace")
        return Part(type_, offset, size_bytes, digest=digest if is_digest(digest) else "")
    if type_ != _PARTITION:
        return Part(type_, offset, size_bytes)
    file_system, role, architecture = struct.unpack_from("<ii3s", extra)
    return Part(type_, offset, size_bytes, file_system, role, _ARCHITECTURES.get(architecture[:2], ""))


def _labels(file: BinaryIO, parts: tuple[Part, ...]) -> dict[str, str]:
    """The labels of all label parts. Anything other than an object of texts is left out."""
    return dict(pair for part in parts if part.type == _LABELS for pair in _label_pairs(file, part))


def _label_pairs(file: BinaryIO, part: Part) -> Iterator[tuple[str, str]]:
    file.seek(part.offset)
    try:
        document = msgspec.json.decode(file.read(min(part.size_bytes, LABEL_BYTES)), type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    for key, value in document.items():
        if isinstance(value, str):
            yield key, value


IMAGE_SOURCE = ImageSource(
    name="sif",
    open=open_image,
    accepts=lambda reference: starts_with(reference, MAGIC_AT, MAGIC),
    description="an image of Apptainer or Singularity in a .sif file",
)
