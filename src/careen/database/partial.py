"""Unfinished downloads, stored so that the next run can continue them.

``<key>.part`` contains the bytes, ``<key>.journal`` what verifies them: the version of the file as the server stated
it, then a line for each piece, with the size up to its end and its checksum. Bytes that the journal does not cover are
cut off before use. Only the holder of ``partial.lock`` writes these files, as long as its ``workers.Gate`` is open.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from careen.safety.typed import from_json

from .workers import Gate

MAX_PARTS = 16
MAX_BYTES = 4 << 30
MAX_AGE_S = 7 * 24 * 3600
MAX_JOURNAL_BYTES = 16 << 20
MAX_PIECE_BYTES = 1 << 20
_DATA, _JOURNAL = ".part", ".journal"
_WHOLE = b"whole"


class Version(Struct, frozen=True, omit_defaults=True):
    """The version of a file, as its server stated it. If a later response has the same ``validator``, its bytes are the
    same; "" if no later response can prove that.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    encoding: str = ""
    length: int | None = None
    validator: str = ""
    md5: str = ""  # of the whole file, in base64, if the server states it


class Partial:
    """The stored part of one file: ``size`` bytes of ``version``. ``whole``: these are all bytes."""

    def __init__(self, data: Path, gate: Gate) -> None:
        self.data, self._gate = data, gate
        self._journal = data.with_suffix(_JOURNAL)
        self._is_kept = False
        self.version: Version | None = None
        self.size, self.whole, self._sha256 = 0, False, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def take_up(self, url: str) -> None:
        """Reads the part of an earlier run, as far as its journal verifies it."""
        self._start()
        try:
            with self._journal.open("rb") as file:
                head, *lines = file.read(MAX_JOURNAL_BYTES).split(b"\n")[:-1] or [b""]
            version = from_json(head, Version)
            if version.url != url or not version.validator:
                return
            with self.data.open("r+b") as data:
                kept = [head, *self._sound(lines, data)]
                with self._gate.passing():
                    data.truncate(self.size)
                    self._journal.write_bytes(b"\n".join([*kept, b""]))
        except (OSError, ValueError):
            self._start()
        else:
            self.version, self._is_kept = version, True

    def _sound(self, lines: Iterable[bytes], data: BinaryIO) -> Iterator[bytes]:
        """The lines of the journal whose pieces match their checksums."""
        for line in lines:
            end, _, digest = line.partition(b" ")
            size = int(end[:15]) - self.size
            if digest == _WHOLE and size == 0:
                self.whole = True
                yield line
                return
            piece = data.read(size) if 0 < size <= MAX_PIECE_BYTES else b""
            if not piece or len(piece) != size or _digest(piece) != digest:
                return
            self._sha256.update(piece)
            self.size += size
            yield line

    def begin(self, version: Version, keep: bool) -> None:
        """Begins an empty part. ``keep``: a later run may continue it."""
        self._start()
        self.version, self._is_kept = version, keep
        with self._gate.passing():
            self.data.parent.mkdir(exist_ok=True, mode=0o700)
            self._journal.unlink(missing_ok=True)
            self.data.write_bytes(b"")
            if keep:
                self._journal.write_bytes(msgspec.json.encode(version) + b"\n")

    def write(self, piece: bytes) -> None:
        with self._gate.passing():
            with self.data.open("ab", buffering=0) as file:
                self._check(os.fstat(file.fileno()).st_size)
                _write(file, piece)
            self._sha256.update(piece)
            self.size += len(piece)
            self._note(_digest(piece))

    def finish(self) -> None:
        with self._gate.passing():
            self._check(self.data.stat().st_size)
            self._note(_WHOLE)
        self.whole = True

    def drop(self) -> None:
        self._start()
        with self._gate.passing():
            remove(self.data)

    def _check(self, size: int) -> None:
        """Raises OSError if the file does not have the expected size, because another process removed or truncated it."""
        if size != self.size:
            raise OSError(f"{self.data}: changed by another process while it was written")

    def _start(self) -> None:
        self.version, self._is_kept = None, False
        self.size, self.whole, self._sha256 = 0, False, hashlib.sha256()

    def _note(self, what: bytes) -> None:
        if self._is_kept:
            with self._journal.open("ab", buffering=0) as file:
                _write(file, f"{self.size} ".encode() + what + b"\n")


def partial_of(folder: Path, url: str, path: str, gate: Gate) -> Partial:
    """The part for the feed ``path`` from an address. Each pair of both has its own file."""
    return Partial(folder / (hashlib.sha256(f"{path}\n{url}".encode()).hexdigest()[:32] + _DATA), gate)


def is_kept(data: Path) -> bool:
    return data.suffix == _DATA and data.with_suffix(_JOURNAL).is_file()


def remove(data: Path) -> None:
    """Removes the files of a part; other files stay."""
    if data.suffix == _DATA:
        data.with_suffix(_JOURNAL).unlink(missing_ok=True)
        data.unlink(missing_ok=True)


def prune(folder: Path, now: float | None = None) -> None:
    """Removes parts that cannot be continued, old ones, and the oldest of the rest beyond the size limit."""
    now = time.time() if now is None else now
    found: list[tuple[float, int, Path]] = []
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.suffix != _DATA or not path.with_suffix(_JOURNAL).is_file():
                if not (path.suffix == _JOURNAL and path.with_suffix(_DATA).is_file()):
                    path.unlink()
                continue
            status = path.stat()
            if abs(now - status.st_mtime) < MAX_AGE_S:
                found.append((status.st_mtime, status.st_size, path))
            else:
                remove(path)
    total = 0
    for number, (_, size, path) in enumerate(sorted(found, reverse=True)):
        total += size
        if number >= MAX_PARTS or total > MAX_BYTES:
            with suppress(OSError):
                remove(path)
    with suppress(OSError):
        folder.rmdir()  # succeeds only if the folder is empty


def _write(file: FileIO, data: bytes) -> None:
    """Writes all bytes. On a nearly full disk, a single write may write only a part without an error."""
    while data:
        data = data[file.write(data) :]


def _digest(piece: bytes) -> bytes:
    return hashlib.blake2b(piece, digest_size=16).hexdigest().encode()
