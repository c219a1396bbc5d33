"""Layers with a table of contents, written as the formats' documents describe them: eStargz and zstd:chunked.

Independent of the code that reads them. ``edit`` changes the table before it is written, ``hidden`` adds files that only the
stream holds.
"""

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from careen.formats.archives.table_document import document_of
from tests.support.images import BuiltImage, Entry, compress, make_image, member_of, sha256

Table = list[dict[str, Any]]
_KINDS = {tarfile.REGTYPE: "reg", tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink"}


@dataclass(frozen=True)
class TableLayer:
    stored: bytes
    tar: bytes
    annotations: Mapping[str, str]
    table: Table


def stargz(
    files: Mapping[str, Entry],
    hidden: Mapping[str, Entry] | None = None,
    edit: Callable[[Table], Any] = list,
    chunk_bytes: int = 4 << 20,
    together: Sequence[str] = (),
) -> TableLayer:
    """``together``: small files, one after the other, that share a gzip member ("innerOffset")."""
    stored, tar, table = bytearray(), bytearray(), []
    member = -1
    for name, entry in [*files.items(), *(hidden or {}).items()]:
        info, data = member_of(name, entry)
        header = info.tobuf(tarfile.PAX_FORMAT)
        padding = bytes(-len(data) % 512)
        tar += header + data + padding
        row = _row(info)
        if name in together:
            if member < 0:
                member, shared = len(stored), bytearray()
            shared += header
            rows = [row | {"offset": member, "innerOffset": len(shared), "chunkDigest": sha256(data), "digest": sha256(data)}]
            shared += data + padding
            if name == together[-1]:
                stored += _gzip(bytes(shared))
        else:
            stored += _gzip(header)
            rows = []
            for at in range(0, len(data), chunk_bytes):
                chunk = data[at : at + chunk_bytes]
                place = {"offset": len(stored), "chunkDigest": sha256(chunk)}
                last = at + chunk_bytes >= len(data)
                sizes = ({"chunkOffset": at} if at else {}) | ({} if last else {"chunkSize": len(chunk)})
                rows.append((row | {"digest": sha256(data)} if not at else {"name": name, "type": "chunk"}) | place | sizes)
                stored += _gzip(chunk + padding if last else chunk)
            rows = rows or [row]
        if name in files:
            table += rows
    tar += bytes(1024)
    edit(table)
    document = json.dumps({"version": 1, "entries": table}, indent="\t").encode()
    begin = len(stored)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        listing = tarfile.TarInfo("stargz.index.json")
        listing.size = len(document)
        archive.addfile(listing, io.BytesIO(document))
    stored += _gzip(packed.getvalue())
    extra = b"SG" + (22).to_bytes(2, "little") + b"%016xSTARGZ" % begin
    stored += b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + len(extra).to_bytes(2, "little") + extra + b"\x01\0\0\xff\xff" + bytes(8)
    # the table is an entry of the stream as well
    whole = gzip.decompress(bytes(stored))
    return TableLayer(bytes(stored), whole, {"containerd.io/snapshot/stargz/toc.digest": sha256(document)}, table)


def chunked(
    files: Mapping[str, Entry],
    hidden: Mapping[str, Entry] | None = None,
    edit: Callable[[Table], Any] = list,
    chunk_bytes: int = 1 << 16,
) -> TableLayer:
    """Chunks of zeros are of the type "zeros", and stored as all others."""
    stored, tar, table = bytearray(), bytearray(), []
    for name, entry in [*files.items(), *(hidden or {}).items()]:
        info, data = member_of(name, entry)
        header, padding = info.tobuf(tarfile.PAX_FORMAT), bytes(-len(data) % 512)
        tar += header + data + padding
        stored += compress(header, "zstd")
        rows = []
        for at in range(0, len(data), chunk_bytes):
            chunk = data[at : at + chunk_bytes]
            row = {"name": name, "type": "chunk"} if at else _row(info) | {"digest": sha256(data)}
            row |= {"offset": len(stored), "chunkSize": len(chunk)} | ({"chunkOffset": at} if at else {})
            if len(data) > chunk_bytes:
                row |= {"chunkDigest": sha256(chunk)} | ({} if any(chunk) else {"chunkType": "zeros"})
            rows.append(row)
            stored += compress(chunk, "zstd")
        rows = rows or [_row(info)]
        if data:
            rows[0]["endOffset"] = len(stored)
        stored += compress(padding, "zstd") if padding else b""
        if name in files:
            table += rows
    tar += bytes(1024)
    stored += compress(bytes(1024), "zstd")
    edit(table)
    document = json.dumps({"version": 1, "entries": table}).encode()
    packed = compress(document, "zstd")
    begin = len(stored) + 8
    stored += _skippable(packed)
    stored += _skippable(
        b"".join(number.to_bytes(8, "little") for number in (begin, len(packed), len(document), 1)) + b"GNUlInUx"
    )
    prefix = "io.github.containers.zstd-chunked.manifest-"
    annotations = {f"{prefix}checksum": sha256(packed), f"{prefix}position": f"{begin}:{len(packed)}:{len(document)}:1"}
    return TableLayer(bytes(stored), bytes(tar), annotations, table)


def image_of(*layers: TableLayer, platform: str = "linux/amd64") -> BuiltImage:
    """An image of such layers, whose manifest has their annotations."""
    image = make_image([layer.tar for layer in layers], platform=platform)
    manifest = json.loads(image.manifest)
    for described, layer in zip(manifest["layers"], layers, strict=True):
        described |= {"digest": sha256(layer.stored), "size": len(layer.stored), "annotations": dict(layer.annotations)}
    return replace(image, manifest=json.dumps(manifest).encode(), layers=tuple(layer.stored for layer in layers))


def _row(info: tarfile.TarInfo) -> dict[str, Any]:
    row = {"name": info.name, "type": _KINDS[info.type], "mode": info.mode, "uid": info.uid, "gid": info.gid}
    if info.linkname:
        row["linkName"] = info.linkname
    return row | ({"size": info.size} if info.size else {})


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0)


def _skippable(data: bytes) -> bytes:
    return b"\x50\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


class PartsOf:
    """What reads parts of such a layer in memory; ``spans`` are the parts that were read, ``contents`` what layers share."""

    def __init__(self, layer: TableLayer, contents: dict[str, bytes] | None = None) -> None:
        self.used = False
        self.contents = {} if contents is None else contents
        self.spans: list[tuple[int, int]] = []
        self._layer = layer

    def document(self) -> tuple[bytes, int]:
        return document_of(self._layer.annotations, len(self._layer.stored), self.read)

    def read(self, start: int, stop: int) -> bytes:
        self.spans.append((start, stop))
        return self._layer.stored[start:stop]

    def known(self, digest: str) -> bytes | None:
        return self.contents.get(digest)

    def keep(self, digest: str, content: bytes) -> None:
        self.contents[digest] = content
