"""Parts of a layer in a registry, fetched by HTTP ranges: its table of contents, and the bytes to which the table
refers.

A part has no digest of its own: the manifest has the digest of the table, and the table those of its chunks.
Raises: TableError if the registry serves no parts or the table is invalid; NetworkError as for any download.
**Source:** RFC 9110, "Range Requests"; OCI distribution-spec 1.1, "Pulling blobs".
"""

import threading
from typing import Protocol

from careen.formats.archives.table_document import document_of

from ..errors import InputError, NetworkError, TableError
from ..net import SlowError
from ..plugins import Response
from .manifest import Descriptor

_TRIES = 3
_WORTH_KEEPING_BYTES = 16 << 10  # smaller contents cost little to fetch again


class Download(Protocol):
    """A function that returns the bytes of a blob from ``offset`` to ``stop``, or the whole blob, with status 200, if
    ranges are not served.
    """

    def __call__(self, digest: str, offset: int, stop: int | None = None) -> Response: ...


class Room:
    """The memory for cached parts of all layers together, and for contents, which several layers may have: an archive and its
    copy in a virtual environment.
    """

    def __init__(self, size_bytes: int = 32 << 20) -> None:
        self.contents: dict[str, bytes] = {}
        self._left = size_bytes
        self._lock = threading.Lock()

    def take(self, size_bytes: int) -> bool:
        """Reserves memory. Returns False, and reserves nothing, if there is not enough."""
        with self._lock:
            has_room = size_bytes <= self._left
            self._left -= size_bytes if has_room else 0
        return has_room


class LayerParts:
    """``model.image.Parts`` of one layer; threads may share it. Parts are cached while there is ``room``, because a
    second pass over an image often needs the same ones.
    """

    def __init__(self, descriptor: Descriptor, download: Download, room: Room) -> None:
        self.used = False
        self._layer, self._download, self._room = descriptor, download, room
        self._kept: list[tuple[int, bytes]] = []
        self._document: tuple[bytes, int] | None = None
        self._lock = threading.Lock()

    def document(self) -> tuple[bytes, int]:
        with self._lock:
            if self._document is None:
                try:
                    self._document = document_of(self._layer.annotations, self._layer.size_bytes, self.read)
                except (ValueError, InputError) as error:
                    raise TableError(str(error)) from error
            return self._document

    def read(self, start: int, stop: int) -> bytes:
        for begin, data in self._kept:
            if begin <= start and stop <= begin + len(data):
                return data[start - begin : stop - begin]
        data = self._asked(start, stop)
        if self._room.take(len(data)):
            self._kept.append((start, data))
        return data

    def known(self, digest: str) -> bytes | None:
        return self._room.contents.get(digest)

    def keep(self, digest: str, content: bytes) -> None:
        if len(content) >= _WORTH_KEEPING_BYTES and digest not in self._room.contents and self._room.take(len(content)):
            self._room.contents[digest] = content

    def _asked(self, start: int, stop: int) -> bytes:
        for left in reversed(range(_TRIES)):
            try:
                return self._read(start, stop)
            except NetworkError as error:
                if not left or isinstance(error, SlowError):
                    raise
        raise AssertionError

    def _read(self, start: int, stop: int) -> bytes:
        response = self._download(self._layer.digest, start, stop)
        try:
            if response.status != 206:
                raise TableError("the registry does not serve parts of layers")
            stated = response.headers.get("content-range", "")
            if not stated.startswith(f"bytes {start}-{stop - 1}/"):
                raise TableError(f"the registry served another part ({stated[:60]!r}) than the bytes from {start} to {stop}")
            parts = []
            left = stop - start
            while left and (data := response.read(left)):
                parts.append(data)
                left -= len(data)
            if left > 0:
                raise NetworkError("a part of a layer broke off", "try again later")
            return b"".join(parts)[: stop - start]
        finally:
            response.close()
