"""The content of one layer: its files, its whiteouts, and the facts that readers found."""

import sys
from array import array
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from .inventory import Unknown


class FileTable(Struct, frozen=True, gc=False, array_like=True):
    """Every entry of a layer except folders, in columns sorted by path, without an object for each file.

    ``paths`` and ``links`` are joined by NUL; ``kinds`` has one ASCII letter for each entry (f file, l symbolic link, h hard
    link, c b p devices and pipes); ``modes``, ``owners`` (uid, gid) and ``sizes`` are little-endian arrays ("H", "I", "Q").
    ``folders`` are the explicit folder entries, which hide a lower file at their path; ``open_folders`` are folders in which
    all users may rename and remove the files of others. ``capable`` are the files that give their process capabilities.
    """

    paths: str = ""
    kinds: str = ""
    modes: bytes = b""
    owners: bytes = b""
    sizes: bytes = b""
    links: str = ""
    folders: str = ""
    open_folders: str = ""
    capable: str = ""

    def __len__(self) -> int:
        return len(self.kinds)

    def names(self) -> list[str]:
        return self.paths.split("\0") if self.kinds else []

    def numbers(self, column: bytes, code: str) -> "array[int]":
        """A column of numbers as an array, in the byte order of this machine."""
        values = array(code)
        values.frombytes(column)
        if sys.byteorder == "big":
            values.byteswap()
        return values

    def targets(self) -> Iterator[tuple[str, str, str]]:
        """The path, kind and target of every symbolic and hard link."""
        links = iter(self.links.split("\0") if self.links else ())
        for path, kind in zip(self.names(), self.kinds, strict=True):
            if kind in "lh":
                yield path, kind, next(links)


class Fact(Struct, frozen=True, gc=False):
    """A value that a cataloger's reader found in one file of one layer, of the cataloger's ``fact`` type.

    ``root`` is the folder of the root file system that the file belongs to: P for ``P/var/lib/dpkg/status``. It is ""
    in the image's own, and for files that are wanted at any location.
    """

    path: str
    layer: int
    value: Any
    root: str = ""


class Delta(Struct, frozen=True):
    """The content of one layer. Facts are grouped by cataloger, with their paths: ``{cataloger: ((path, value),
    ...)}``.
    """

    digest: str  # of the stored bytes, computed
    diff_id: str | None  # of the uncompressed bytes, if they were hashed
    table: FileTable
    facts: dict[str, tuple[tuple[str, Any], ...]]
    gone: tuple[str, ...] = ()  # whiteouts: paths of lower layers that this layer removes
    opaque: tuple[str, ...] = ()  # folders whose lower content this layer hides
    unknowns: tuple[Unknown, ...] = ()  # evidence.layer is 0 in a delta; the squash sets it
    far_links: tuple[tuple[str, str], ...] = ()  # (path, target) of hard links whose target is not in this layer
    roots: dict[str, dict[str, str]] = {}  # {cataloger: {path: root}} of facts whose root is not the image's own
