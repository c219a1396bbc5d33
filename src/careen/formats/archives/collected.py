"""Collects a file that goes by in chunks, for readers that need all of it and know only by its first bytes that they do.

Raises: ValueError for more bytes than a limit.
"""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, cast
from weakref import finalize

MAX_BYTES, HELD_BYTES = 1 << 30, 8 << 20


class Collected:
    """A scanner whose facts are those that ``read`` finds in the whole file."""

    def __init__(self, read: Callable[[BinaryIO], Iterable[Any]]) -> None:
        from tempfile import SpooledTemporaryFile  # slow to import, and most scans collect nothing

        self._read, self._left = read, MAX_BYTES
        self._file = cast(BinaryIO, SpooledTemporaryFile(HELD_BYTES))
        finalize(self, self._file.close)  # the walk may end before ``facts``

    def feed(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise ValueError(f"larger than {MAX_BYTES >> 20} MiB")
        self._file.write(chunk)

    def facts(self) -> Iterable[Any]:
        with self._file:
            yield from self._read(self._file)
