"""Examines the contents of programs and scripts in one more pass over the layers that contain such files."""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from careen.behaviour.files import ExaminedFile
from careen.behaviour.kinds import kind_by_name, kind_of
from careen.plugins import File, Reader, Wants

from .dispatch import Wanted
from .links import Reread

MAX_PROGRAM_BYTES, MAX_SCRIPT_BYTES = 16 << 20, 1 << 20
_NAME = "contents"


class Known(NamedTuple):
    """Facts about a file that is to be read: the purl of its owner ("" if it has none), whether its content is the one that
    the owner recorded, and whether a package explains the file.
    """

    owner: str = ""
    verified: bool = False
    explained: bool = False


class Pass:
    """One more pass. ``examine`` is called with each program and script, until the time is up. ``left_out`` counts the files
    that were not read after that, ``cut`` lists the paths of those that were only read in part.
    """

    def __init__(
        self, examine: Callable[[ExaminedFile], object], seconds: float, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._examine, self._clock, self._end = examine, clock, clock() + seconds
        self.files = self.left_out = 0
        self.cut: list[str] = []

    def read(self, wanted: Mapping[int, Mapping[str, Known]], again: Reread) -> None:
        """Reads the files in ``wanted``, which is by layer and path. ``again`` rereads a layer."""
        for layer, files in sorted(wanted.items()):
            again(layer, self._selecting(layer, files))

    def _selecting(self, layer: int, files: Mapping[str, Known]) -> Callable[[str, int], list[Wanted]]:
        reader = Wanted(_NAME, Reader(Wants(amount="stream"), lambda file: self._begin(file, layer, files[file.path])))

        def select(path: str, mode: int) -> list[Wanted]:
            is_asked = path in files and (mode & 0o111 or ".so" in path or kind_by_name(path) is not None)
            return [reader] if is_asked else []

        return select

    def _begin(self, file: File, layer: int, known: Known) -> "_Content | None":
        kind = kind_of(file.path, file.data)
        if kind is None:
            return None
        if self._clock() >= self._end:
            self.left_out += 1
            return None
        most = MAX_PROGRAM_BYTES if kind == "program" else MAX_SCRIPT_BYTES
        is_cut = file.size_bytes > most
        if is_cut:
            self.cut.append(file.path)
        self.files += 1

        def done(data: bytes) -> None:
            self._examine(ExaminedFile(file.path, layer, kind, data, *known, is_cut, file.mode & 0o7777))

        return _Content(min(file.size_bytes, most), done)


class _Content:
    """Collects the beginning of a file."""

    def __init__(self, most: int, done: Callable[[bytes], None]) -> None:
        self._left, self._done = most, done
        self._parts: list[bytes] = []
        self.ranges = ((0, most),)

    def feed(self, chunk: bytes) -> None:
        if self._left > 0:
            self._parts.append(chunk[: self._left])
            self._left -= len(chunk)

    def skip(self, size: int) -> None:
        self._left -= size

    def facts(self) -> Iterator[object]:
        self._done(b"".join(self._parts))
        return chain()
