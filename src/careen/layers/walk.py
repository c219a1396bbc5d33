"""One pass over a layer's tar: every entry is added to the file table, every wanted file is passed to its readers.

An error in one file becomes an Unknown and the walk continues. An error of the archive itself ends the walk with an
Unknown of the whole layer; earlier results stay. Names inside the archive are only compared, never opened.
Source: OCI image-spec, layer.md ("Whiteouts", "Opaque Whiteout", "Hardlinks").
"""

import io
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from careen.errors import OverBudgetError
from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream, Stream, TrailingError, UnreadableError
from careen.model.delta import FileTable
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.safety.budget import Spending, spending

from .dispatch import MAGIC_BYTES, Wanted
from .feed import Found, feed
from .oddities import Oddities

PATH_LENGTH, PATH_DEPTH = 4096, 1024  # Linux accepts no longer path
DEEP_LENGTH = 256
SETTLED_MEMBERS, SETTLED_NAMES = 512, 64 << 10  # members, and bytes of names, between two checks of the budget
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
Select = Callable[[str, int], list[Wanted]]  # takes path and mode; returns the readers that want the file
Entry = tuple[tar.Member, Stream | SeekStream]
Again = Callable[[int, Mapping[str, Wanted]], "Walked"]  # rereads the layer with this index, for readers by path
_Row = tuple[str, int, int, int, int, str]  # kind, mode, uid, gid, size, target of a link


class Walked(Struct):
    table: FileTable
    facts: dict[str, tuple[tuple[str, Any], ...]]
    roots: dict[str, dict[str, str]]
    gone: tuple[str, ...]  # paths that whiteouts delete
    opaque: tuple[str, ...]  # folders whose content in lower layers is hidden
    unknowns: tuple[Unknown, ...]
    links: dict[str, str]  # hard links in this layer: path -> target
    spent: Spending  # also charged for facts that are copied to other names of a file


def walk(
    entries: Iterable[Entry], select: Select, spent: Spending, by_magic: Mapping[bytes, Sequence[Wanted]] = MappingProxyType({})
) -> Walked:
    """Walks over all entries. Each member comes with the stream of its content, which is valid until the next member is
    requested. ``select`` returns the readers that want a path and mode; ``by_magic`` has those that want files with
    these first bytes. ``spent`` counts all work; over a limit, the walk ends.
    """
    listing, found = _Listing(), Found(spent)
    trouble = _walk(entries, select, by_magic, listing, found)
    spent.close()
    paths = sorted(listing.rows)
    return Walked(
        listing.table(paths),
        {name: _flat(values) for name, values in sorted(found.facts.items()) if values},
        {name: dict(sorted(roots.items())) for name, roots in sorted(found.roots.items())},
        tuple(sorted(listing.gone)),
        tuple(sorted(listing.opaque)),
        (*found.unknowns, *trouble, *listing.odd.unknowns(listing.rows, paths)),
        {path: row[5] for path, row in listing.rows.items() if row[0] == "h"},
        spent,
    )


def over_budget(error: OverBudgetError) -> Unknown:
    """The Unknown of a layer that exceeded the budget. It is not stored, because it depends on other layers and on this
    machine's speed.
    """
    reason = f"{error}: the rest of the layer was not read" + (f" ({error.hint})" if error.hint else "")
    return Unknown("layer", Evidence("", 0), reason, whole_layer=True, transient=True, code="over_budget")


def ended_early(again: Walked, known: Iterable[Unknown]) -> list[Unknown]:
    """The Unknowns that ended another pass over a layer early and that are not ``known`` yet: later files were not
    read.
    """
    return [unknown for unknown in again.unknowns if unknown.whole_layer and unknown not in known]


def tar_entries(stream: Stream | SeekStream) -> Iterator[Entry]:
    return zip(tar.members(stream), repeat(stream))


def file_entries(files: Mapping[str, bytes]) -> Iterator[Entry]:
    """The entries of files that are in memory."""
    for path, data in files.items():
        size = len(data)
        stream = SeekStream(io.BytesIO(data))
        yield tar.Member(path, "f", 0o644, 0, 0, size, "", size, None, False, ""), stream


def _walk(
    entries: Iterable[Entry],
    select: Select,
    by_magic: Mapping[bytes, Sequence[Wanted]],
    listing: "_Listing",
    found: Found,
) -> tuple[Unknown, ...]:
    """Walks over the entries. Returns the Unknown that ended the walk before the end of the archive, if any."""
    spent = found.spent
    count = settled = names = 0
    try:
        with spending(spent):
            for count, (member, source) in enumerate(entries, 1):
                if member.records:
                    spent.records(member.records)
                if count - settled >= SETTLED_MEMBERS:
                    spent.members(count - settled, count, listing.names, len(found.unknowns))
                    settled, names = count, listing.names
                if member.doubt:
                    listing.odd.note(member)
                    if member.doubt.refused:
                        break
                path = listing.add(member, found)
                if listing.names - names >= SETTLED_NAMES:
                    spent.members(count - settled, count, listing.names, len(found.unknowns))
                    settled, names = count, listing.names
                if path and member.kind == "f":
                    _offer(source, member, path, select, by_magic, found)
            spent.members(count - settled, count, listing.names, len(found.unknowns))
    except TrailingError as error:
        return (Unknown("layer", Evidence("", 0), str(error), whole_layer=True, code="ambiguous_archive"),)
    except OverBudgetError as error:
        return (over_budget(error),)
    except ValueError as error:
        return (Unknown("layer", Evidence("", 0), f"{error}: the rest of the layer was not read", whole_layer=True),)
    return ()


def _offer(
    source: Stream | SeekStream,
    member: tar.Member,
    path: str,
    select: Select,
    by_magic: Mapping[bytes, Sequence[Wanted]],
    found: Found,
) -> None:
    """Passes a file to the readers that want it by its path, its mode or its first bytes."""
    wanted = select(path, member.mode)
    if by_magic and member.size_bytes >= MAGIC_BYTES:
        at = source.at
        start = source.data[at : at + MAGIC_BYTES]
        if len(start) < MAGIC_BYTES:
            start = _start(source)
        if start in by_magic:
            wanted = [*wanted, *by_magic[start]]
    if wanted:
        try:
            feed(source, member, path, wanted, found)
        except UnreadableError as error:
            found.unreadable(wanted[0].cataloger, path, str(error))


def _start(source: Stream | SeekStream) -> bytes:
    try:
        return source.peek(MAGIC_BYTES)
    except UnreadableError:  # the readers that want the file by its name report the error
        return b""


class _Listing:
    """The entries of a layer. A later entry replaces an earlier one with the same path."""

    def __init__(self) -> None:
        self.rows: dict[str, _Row] = {}
        self.folders: dict[str, int] = {}  # path -> mode
        self.capable: set[str] = set()
        self.gone: dict[str, None] = {}
        self.opaque: dict[str, None] = {}
        self.odd = Oddities()
        self.names = 0  # total bytes of all names

    def add(self, member: tar.Member, found: Found) -> str:
        """Adds a member and returns its path; "" if it is no entry. Facts of an entry that it replaces are dropped from
        ``found``.
        """
        path, kind, mode, uid, gid, size_bytes, link, _, _, escapes, raw_name, capabilities, _, _ = member
        if kind == "g" and not self.odd.is_removal(member, self.rows):
            return ""
        if not path:
            if not escapes:
                return ""
            path = tar.confined(raw_name)
            self.odd.outside(raw_name)
        if not path or self._is_too_long(path, found):
            return ""
        self.names += len(path) + len(link)
        if len(path) > DEEP_LENGTH:
            self.names += len(path) * path.count("/")  # the folders above it are stored too
        if WHITEOUT in path and self._is_whiteout(path, found):
            return ""
        if path in self.rows:
            self.odd.replaced(path)
            found.forget(path)
        if kind == "g":
            self.rows.pop(path, None)
            self.gone[path] = None
            return ""
        if kind == "d":
            self.folders[path] = mode
            self.rows.pop(path, None)
            return path
        if kind == "h":
            self.odd.link(path, link, there=link in self.rows)
        self.rows[path] = (kind, mode, uid, gid, size_bytes, link)
        if capabilities:
            self.capable.add(path)
        return path

    def table(self, paths: list[str]) -> FileTable:
        """The file table. ``paths`` are the sorted paths of the rows."""
        kept = [self.rows[path] for path in paths]
        limit = 0xFFFFFFFF
        open_folders = (path for path, mode in self.folders.items() if mode & 0o1002 == 0o002 and path not in self.rows)
        return FileTable(
            "\0".join(paths),
            "".join(row[0] for row in kept),
            little_endian(array("H", [row[1] for row in kept])),
            little_endian(array("I", [number & limit for row in kept for number in row[2:4]])),
            little_endian(array("Q", [row[4] for row in kept])),
            "\0".join(row[5] for row in kept if row[0] in "lh"),
            "\0".join(sorted(path for path in self.folders if path not in self.rows)),
            "\0".join(sorted(open_folders)),
            "\0".join(sorted(path for path in self.capable if path in self.rows)),
        )

    def _is_too_long(self, path: str, found: Found) -> bool:
        if len(path) <= PATH_DEPTH or (len(path) <= PATH_LENGTH and path.count("/") <= PATH_DEPTH):
            return False
        found.unreadable("layer", f"{path[:200]}…", "its name is longer or deeper than any system accepts: left out")
        return True

    def _is_whiteout(self, path: str, found: Found) -> bool:
        folder, _, name = path.rpartition("/")
        if not name.startswith(WHITEOUT):
            return False
        if name == OPAQUE:
            self.opaque[folder] = None
        elif name.startswith(".wh..wh."):
            pass  # aufs's own records (.wh..wh.plnk), which are not about files
        elif name[4:] in ("", ".", ".."):
            found.unreadable("layer", path, "a whiteout that names nothing")
        else:
            self.gone[f"{folder}/{name[4:]}" if folder else name[4:]] = None
        target = folder + "/" * bool(folder) + name[4:]
        if target in self.rows or target in self.folders:
            self.odd.removed(target)
        return True


def _flat(found: dict[str, list[Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((path, value) for path in sorted(found) for value in found[path])


def little_endian(values: "array[int]") -> bytes:
    """The numbers as bytes in little-endian order, on any machine."""
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
