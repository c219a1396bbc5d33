"""Small files of layers that this run has read, for a second look: without them the layer is inflated once more.

Kept are the files that a second look mostly asks for: the changelogs and lists of checksums of Debian's packages, and the
files below ``usr`` that name language packages. They stay in memory, and only up to a bound.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from careen.plugins import Cataloger, File, Reader, Wants

from .dispatch import Wanted

NAME = "kept"
MAX_BYTES, MAX_FILE_BYTES = 16 << 20, 256 << 10
_CHANGELOGS, _CHECKSUMS = ("/changelog.Debian.gz", "/changelog.gz"), ".md5sums"
_LOCAL = "usr/local/"  # packages of distributions have no files there

Select = Callable[[str, int], list[Wanted]]
Files = Mapping[str, bytes]


class Kept:
    """By the names of layers. Of those that do not fit, the oldest are dropped."""

    def __init__(self, most_bytes: int = MAX_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._layers: dict[str, dict[str, bytes]] = {}
        self._lock = threading.Lock()

    def of(self, layer: str, paths: Collection[str]) -> Files | None:
        """The files at these paths of the layer; None if one of them is not kept."""
        with self._lock:
            files = self._layers.get(layer)
        return {path: files[path] for path in paths} if files and files.keys() >= set(paths) else None

    def put(self, layer: str, pairs: Iterable[tuple[str, bytes]]) -> None:
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
    """The same readers, and for files to keep one more, whose facts are contents. For one layer."""
    languages = (cataloger for cataloger in catalogers if cataloger.role == "packages" and not cataloger.ecosystem.distribution)
    named = {id(reader) for cataloger in languages for reader in cataloger.readers if not reader.wants.executables}
    room = MAX_BYTES

    def keeper(file: File) -> "_Keeper | None":
        nonlocal room
        if file.size_bytes > min(MAX_FILE_BYTES, room):
            return None
        room -= file.size_bytes
        return _Keeper()

    kept = Wanted(NAME, Reader(Wants(amount="stream"), keeper))

    def selected(path: str, mode: int) -> list[Wanted]:
        wanted = select(path, mode)
        if path.startswith("usr/"):
            is_kept = path.endswith(_CHANGELOGS) or (
                not path.startswith(_LOCAL) and any(id(item.reader) in named for item in wanted)
            )
        else:
            is_kept = path.endswith(_CHECKSUMS)
        return [*wanted, kept] if is_kept else wanted

    return selected


def _size(files: Files) -> int:
    return sum(map(len, files.values()))


class _Keeper:
    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        self._parts.append(chunk)

    def facts(self) -> Iterator[Any]:
        yield b"".join(self._parts)
