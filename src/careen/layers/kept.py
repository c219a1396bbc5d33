"""Data of layers that a second pass usually needs, kept in memory: otherwise the layer has to be inflated again.

These are the changelogs and lists of checksums of Debian's packages, the MD5 of files below ``usr`` that describe
language packages, and, if the scan compares them, the MD5 of the system's programs. Their total size is limited.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from careen.plugins import Cataloger, File, Reader, Wants

from .dispatch import Wanted

NAME = "kept"
MAX_BYTES, MAX_FILE_BYTES = 16 << 20, 1 << 20
_CHANGELOGS, _CHECKSUMS = ("/changelog.Debian.gz", "/changelog.gz"), ".md5sums"
_KEPT = (*_CHANGELOGS, _CHECKSUMS)
_LOCAL = "usr/local/"  # packages of distributions have no files there

Select = Callable[[str, int], list[Wanted]]
Content = bytes | str  # the content of a file, or its MD5 in hexadecimal digits
Files = Mapping[str, Content]


class Kept:
    """Kept files by the layer's name. When they exceed the limit, the oldest layers are dropped."""

    def __init__(self, most_bytes: int = MAX_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._layers: dict[str, Files] = {}
        self._lock = threading.Lock()

    def of(self, layer: str) -> Files:
        """The kept files of a layer by path; empty if this run has not read the layer."""
        with self._lock:
            return self._layers.get(layer, {})

    def put(self, layer: str, pairs: Iterable[tuple[str, Content]]) -> None:
        files = dict(pairs)
        with self._lock:
            self._drop(layer)
            self._layers[layer] = files
            self._bytes += _size(files)
            while self._bytes > self._most:
                self._drop(next(iter(self._layers)))

    def _drop(self, layer: str) -> None:
        self._bytes -= _size(self._layers.pop(layer, {}))


def with_kept(select: Select, catalogers: Iterable[Cataloger]) -> Select:
    """The function ``select`` for one layer, with one more reader for files to keep. Its facts are ``Content``."""
    languages = (cataloger for cataloger in catalogers if cataloger.role == "packages" and not cataloger.ecosystem.distribution)
    named = {id(reader) for cataloger in languages for reader in cataloger.readers if not reader.wants.executables}
    room = MAX_BYTES

    def keeper(file: File) -> "_Keeper | _Digest":
        nonlocal room
        if file.size_bytes > min(MAX_FILE_BYTES, room):
            return _Digest()
        room -= file.size_bytes
        return _Keeper()

    content = Wanted(NAME, Reader(Wants(amount="stream"), keeper))
    digest = Wanted(NAME, Reader(Wants(amount="stream"), lambda file: _Digest()))

    def selected(path: str, mode: int) -> list[Wanted]:
        wanted = select(path, mode)
        if path.endswith(_KEPT):
            return [*wanted, content] if path.endswith(_CHANGELOGS if path.startswith("usr/") else _CHECKSUMS) else wanted
        if path.startswith("usr/") and not path.startswith(_LOCAL):
            for item in wanted:
                if id(item.reader) in named:
                    return [*wanted, digest]
        return wanted

    return selected


def md5_of_programs(digests: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The path and MD5 of files, from digests in the form of ``formats.packages.file_digests``."""
    for path, text in digests:
        for each in text.split():
            algorithm, _, digest = each.partition(":")
            if algorithm == "md5":
                yield path, digest


def _size(files: Files) -> int:
    return sum(len(path) + len(content) for path, content in files.items())


class _Keeper:
    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        self._parts.append(chunk)

    def facts(self) -> Iterator[Any]:
        yield b"".join(self._parts)


class _Digest:
    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)

    def feed(self, chunk: bytes) -> None:
        self._md5.update(chunk)

    def facts(self) -> Iterator[Any]:
        yield self._md5.hexdigest()
