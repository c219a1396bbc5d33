"""One artifact as an OCI layout in a tar, which any registry tool can copy.

Raises: InputError if a file is not such a layout, or is damaged.
**Source:** OCI image-spec 1.1, "Image Layout Specification"; POSIX.1-2017 pax, "ustar Interchange Format".
"""

import hashlib
import threading
from collections.abc import Generator, Iterable
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from careen.errors import InputError
from careen.output.escape import visible

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
MAX_MANIFEST_BYTES = 4 << 20
MAX_MEMBERS = 5000
CHUNK_BYTES = 1 << 20
AGAIN = "Copy it once more, or make it again with `careen db export` or `careen db push`."


class Layout:
    """The manifest of a layout, and the blobs in it. The members of the tar may be in any order."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        from careen.formats.archives.inflate import SeekStream
        from careen.formats.archives.tar import members

        self._file, self._where = file, where
        self._lock = threading.Lock()
        self._places: dict[str, tuple[int, int]] = {}
        source = SeekStream(file)
        try:
            for member in members(source):
                if member.kind == "f" and member.sparse is None:
                    self._places[member.path] = (source.position, member.stored_bytes)
                if len(self._places) > MAX_MEMBERS:
                    raise ValueError("too many members")
        except ValueError as error:
            raise InputError(f"{where} is not an exported database, or is damaged: {error}", AGAIN) from None
        if "index.json" not in self._places:
            raise InputError(f"{where} is not an exported database", "`careen db export FILE` writes one")
        try:
            entries: Any = msgspec.json.decode(self._small("index.json"), type=dict[str, Any])["manifests"]
            (digest,) = [str(entry["digest"]) for entry in entries]
            path = _place(digest)
        except (ValueError, RecursionError, KeyError, TypeError):
            raise InputError(f"{where} is damaged: its index does not name one manifest", AGAIN) from None
        self.manifest = self._small(path)
        if digest_of(self.manifest) != digest:
            raise InputError(f"{where} is damaged: its manifest has another checksum than in its index", AGAIN)

    def blob(self, digest: str, expected: int, start: int = 0) -> Generator[bytes]:
        """The bytes of a blob from the offset ``start`` on. Raises InputError if the blob does not have the expected
        size.
        """
        offset, size = self._places.get(_place(digest), (0, -1))
        if size != expected:
            raise InputError(f"{self._where} is damaged: the database is not in it, or not all of it", AGAIN)
        return self._pieces(offset + start, size - start)

    def _pieces(self, offset: int, size: int) -> Generator[bytes]:
        done = 0
        while done < size:
            with self._lock:  # threads read blobs in parallel
                self._file.seek(offset + done)
                piece = self._file.read(min(size - done, CHUNK_BYTES))
            if not piece:
                return
            done += len(piece)
            yield piece

    def _small(self, path: str) -> bytes:
        offset, size = self._places.get(path, (0, -1))
        if not 0 <= size <= MAX_MANIFEST_BYTES:
            raise InputError(f"{self._where} is damaged: {visible(path)} is not in it", AGAIN)
        self._file.seek(offset)
        return self._file.read(size)


class Member(Struct, frozen=True):
    digest: str
    size: int
    chunks: Iterable[bytes]


def write_layout(stream: BinaryIO, manifest: bytes, kind: str, name: str, blobs: Iterable[Member]) -> None:
    """Writes a layout. Raises ValueError if a blob does not have its stated size or digest."""
    entry = {
        "mediaType": MANIFEST_TYPE,
        "artifactType": kind,
        "digest": digest_of(manifest),
        "size": len(manifest),
        "annotations": {"org.opencontainers.image.ref.name": name},
    }
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry]}
    for path, data in (
        ("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'),
        ("index.json", msgspec.json.encode(index)),
        (_place(digest_of(manifest)), manifest),
    ):
        stream.write(_header(path, len(data)) + data + bytes(-len(data) % 512))
    for blob in blobs:
        stream.write(_header(_place(blob.digest), blob.size))
        written, hashed = 0, hashlib.sha256()
        for chunk in blob.chunks:
            written += len(chunk)
            hashed.update(chunk)
            stream.write(chunk)
        if written != blob.size:
            raise ValueError("a layer is cut off")
        if f"sha256:{hashed.hexdigest()}" != blob.digest:
            raise ValueError("a layer has another checksum than in its manifest")
        stream.write(bytes(-blob.size % 512))
    stream.write(bytes(1024))


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _place(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/', 1)}"


def _header(path: str, size: int) -> bytes:
    """The header of a tar member. Sizes from 8 GiB on have the form of GNU tar."""
    length = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    fields = (
        path.encode().ljust(100, b"\0"),
        b"0000644\0",
        b"0000000\0" * 2,
        length,
        b"%011o\0" % 0,
        b" " * 8,
        b"0",
        bytes(100),
    )
    block = (b"".join(fields) + b"ustar\x0000").ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]
