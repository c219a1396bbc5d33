"""One pass over a layer's tar: every entry into the file table, every wanted file to the readers that asked.

Trouble with one file is an Unknown and the walk goes on; trouble with the archive itself ends the walk with an Unknown
of the whole layer, and what was read stays. Names inside the archive are only ever compared, never opened.
Source: OCI image-spec, layer.md ("Whiteouts", "Opaque Whiteout", "Hardlinks").
"""

import io
import logging
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from types import MappingProxyType
from typing import Any, BinaryIO, TypeVar, cast

from msgspec import Struct

from careen.errors import InputError, OverBudgetError
from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream, Stream, TrailingError, UnreadableError
from careen.model.delta import FileTable
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import HEAD_BYTES, Scanner, Selective
from careen.safety.budget import Spending, spending

from .dispatch import MAGIC_BYTES, Wanted
from .oddities import Oddities

log = logging.getLogger(__name__)

MEMORY_BYTES = 8 << 20  # a wanted file up to this size is kept in memory, a larger one in a temporary file
GAP_BYTES = 32 << 10  # less is read sooner than passed over
FILE_BYTES = 1 << 30  # a wanted file beyond this size is not read
PATH_LENGTH, PATH_DEPTH = 4096, 1024  # Linux takes no longer path
DEEP_LENGTH = 256
SETTLED_MEMBERS = 512  # until the budget is looked at
Result = TypeVar("Result")
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"


class Walked(Struct):
    table: FileTable
    facts: dict[str, tuple[tuple[str, Any], ...]]
    gone: tuple[str, ...]
    opaque: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    links: dict[str, str]  # hard links in this layer: path -> target
    spent: Spending  # also charged for what is known under other names than those of this pass


class LayerFile:
    """A file of a layer, as readers see it (``plugins.File``)."""

    __slots__ = ("_data", "_spool", "mode", "path", "size_bytes")

    def __init__(self, path: str, size_bytes: int, mode: int, data: bytes, spool: BinaryIO | None = None) -> None:
        self.path, self.size_bytes, self.mode, self._data, self._spool = path, size_bytes, mode, data, spool

    @property
    def data(self) -> bytes:
        if self._spool is not None:
            raise ValueError(f"larger than {MEMORY_BYTES >> 20} MiB")
        return self._data

    def open(self) -> BinaryIO:
        if self._spool is None:
            return io.BytesIO(self._data)
        self._spool.seek(0)
        return self._spool


def walk(
    entries: Iterable[tuple[tar.Member, Stream | SeekStream]],
    select: Callable[[str, int], list[Wanted]],
    spent: Spending,
    by_magic: Mapping[bytes, Sequence[Wanted]] = MappingProxyType({}),
) -> Walked:
    """Members come with the stream that their content can be read from until the next one is asked for.

    ``select`` says which readers a path and mode concern, ``by_magic`` which the first bytes do. ``spent`` is charged for it
    all: over a bound, the walk ends.
    """
    rows: dict[str, tuple[str, int, int, int, int, str]] = {}
    folders: dict[str, int] = {}  # path -> mode
    capable: set[str] = set()
    facts: dict[str, dict[str, list[Any]]] = {}
    gone: dict[str, None] = {}
    opaque: dict[str, None] = {}
    unknowns: list[Unknown] = []
    odd = Oddities()
    count = settled = names = 0
    try:
        with spending(spent):
            for count, (member, source) in enumerate(entries, 1):
                path, kind, mode, uid, gid, size_bytes, link, _, _, escapes, raw_name, capabilities, doubt, records = member
                if records:
                    spent.records(records)
                if count - settled >= SETTLED_MEMBERS:
                    spent.members(count - settled, count, names, len(unknowns))
                    settled = count
                if doubt:
                    odd.note(member)
                    if doubt.refused:
                        break
                if kind == "g" and not odd.is_removal(member, rows):
                    continue
                if not path:
                    if not escapes:
                        continue
                    path = tar.confined(raw_name)
                    odd.outside(raw_name)
                    if not path:
                        continue
                if len(path) > PATH_DEPTH and (len(path) > PATH_LENGTH or path.count("/") > PATH_DEPTH):
                    unknowns.append(_unknown("layer", f"{path[:200]}…", "no system takes a name as long or as deep: left out"))
                    continue
                names += len(path) + len(link)
                if len(path) > DEEP_LENGTH:
                    names += len(path) * path.count("/")  # each folder above it is kept too
                    spent.members(count - settled, count, names, len(unknowns))
                    settled = count
                if WHITEOUT in path:
                    folder, _, name = path.rpartition("/")
                    if name.startswith(WHITEOUT):
                        _whiteout(folder, name, gone, opaque, unknowns)
                        if (target := folder + "/" * bool(folder) + name[4:]) in rows or target in folders:
                            odd.removed(target)
                        continue
                if path in rows:  # of duplicates the last wins: what the earlier one said is not there
                    odd.replaced(path)
                    for found in facts.values():
                        found.pop(path, None)
                if kind == "g":
                    rows.pop(path, None)
                    gone[path] = None
                    continue
                if kind == "d":
                    folders[path] = mode
                    rows.pop(path, None)
                    continue
                if kind == "h":
                    odd.link(path, link, there=link in rows)
                rows[path] = (kind, mode, uid, gid, size_bytes, link)
                if capabilities:
                    capable.add(path)
                if kind == "f":
                    wanted = select(path, mode)
                    if by_magic and size_bytes >= MAGIC_BYTES:
                        at = source.at
                        start = source.data[at : at + MAGIC_BYTES]
                        if len(start) < MAGIC_BYTES:
                            start = _start(source)
                        if start in by_magic:
                            wanted = [*wanted, *by_magic[start]]
                    if wanted:
                        try:
                            _read(source, member, path, wanted, facts, unknowns, spent)
                        except UnreadableError as error:
                            unknowns.append(_unknown(wanted[0].cataloger, path, str(error)))
            spent.members(count - settled, count, names, len(unknowns))
    except TrailingError as error:
        unknowns.append(_unknown("layer", "", str(error), whole_layer=True, code="ambiguous_archive"))
    except OverBudgetError as error:
        unknowns.append(over_budget(error))
    except ValueError as error:
        unknowns.append(_unknown("layer", "", f"{error}: the rest of the layer was not read", whole_layer=True))
    spent.close()
    paths = sorted(rows)
    unknowns += odd.unknowns(rows, paths)
    return Walked(
        _table(paths, rows, folders, capable),
        {name: _flat(found) for name, found in sorted(facts.items()) if found},
        tuple(sorted(gone)),
        tuple(sorted(opaque)),
        tuple(unknowns),
        {path: row[5] for path, row in rows.items() if row[0] == "h"},
        spent,
    )


def over_budget(error: OverBudgetError) -> Unknown:
    """Of a layer. What depends on the other layers and on this machine's speed is not kept."""
    reason = f"{error}: the rest of the layer was not read" + (f" ({error.hint})" if error.hint else "")
    return Unknown("layer", Evidence("", 0), reason, whole_layer=True, transient=True, code="over_budget")


def ended_early(again: Walked, known: Iterable[Unknown]) -> list[Unknown]:
    """What kept one more pass over a layer from its end, and is not ``known`` of that layer: files behind it were not read."""
    return [unknown for unknown in again.unknowns if unknown.whole_layer and unknown not in known]


def tar_entries(stream: Stream | SeekStream) -> Iterator[tuple[tar.Member, Stream | SeekStream]]:
    return zip(tar.members(stream), repeat(stream))


def _whiteout(folder: str, name: str, gone: dict[str, None], opaque: dict[str, None], unknowns: list[Unknown]) -> None:
    if name == OPAQUE:
        opaque[folder] = None
    elif name.startswith(".wh..wh."):
        pass  # bookkeeping that aufs left behind (.wh..wh.plnk): no statement about files
    elif name[4:] in ("", ".", ".."):
        unknowns.append(_unknown("layer", f"{folder}/{name}".lstrip("/"), "a whiteout that names nothing"))
    else:
        gone[f"{folder}/{name[4:]}" if folder else name[4:]] = None


def _start(source: Stream | SeekStream) -> bytes:
    try:
        return source.peek(MAGIC_BYTES)
    except UnreadableError:  # it is said by who asks for the file by its name
        return b""


def _read(
    source: Stream | SeekStream,
    member: tar.Member,
    path: str,
    wanted: list[Wanted],
    facts: dict[str, dict[str, list[Any]]],
    unknowns: list[Unknown],
    spent: Spending,
) -> None:
    """Hands the content to all readers that want it, reading no more of it than they need."""
    head, content = (b"", None) if member.sparse is None else _begun(_charged(tar.content(source, member), spent))
    if any(item.reader.wants.magic for item in wanted):
        start = source.peek(min(64, member.size_bytes)) if content is None else head
        wanted = [item for item in wanted if not item.reader.wants.magic or start.startswith(item.reader.wants.magic)]
    whole = [item for item in wanted if item.reader.wants.amount == "whole"]
    scanners: list[tuple[Wanted, Scanner]] = []
    if len(whole) < len(wanted):
        if content is None:
            head = source.peek(min(HEAD_BYTES, member.size_bytes))
        file = LayerFile(path, member.size_bytes, member.mode, head)
        for item in wanted:
            if item.reader.wants.amount == "head":
                _collect(item, path, facts, unknowns, spent, item.reader.read, file)
            elif item.reader.wants.amount == "stream":
                scanner = _guarded(item, path, unknowns, item.reader.read, file)
                if scanner is not None:
                    scanners.append((item, scanner))
    if whole and member.size_bytes > FILE_BYTES:
        unknowns.extend(_unknown(item.cataloger, path, f"larger than {FILE_BYTES >> 20} MiB") for item in whole)
        whole = []
    if not whole and not scanners:
        return
    spool: BinaryIO | None = None
    parts: list[bytes] = []
    try:
        if whole and member.size_bytes > MEMORY_BYTES:
            spool = _spool()
        for piece in content or _pieces(source, member, head, None if whole else _ranges(scanners)):
            if isinstance(piece, int):
                for _, scanner in scanners:
                    cast(Selective, scanner).skip(piece)  # all of them are, or nothing is left out
                continue
            scanners = [pair for pair in scanners if _guarded(pair[0], path, unknowns, _fed, pair[1], piece)]
            if spool is not None:
                _write(spool, piece)
            elif whole:
                parts.append(piece)
        for item, scanner in scanners:
            _collect(item, path, facts, unknowns, spent, scanner.facts)
        for item in whole:
            file = LayerFile(path, member.size_bytes, member.mode, b"".join(parts), spool)
            _collect(item, path, facts, unknowns, spent, item.reader.read, file)
    finally:
        if spool is not None:
            spool.close()


def _charged(content: Iterator[bytes], spent: Spending) -> Iterator[bytes]:
    for piece in content:
        spent.made(len(piece))
        yield piece


def _begun(content: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The head of a sparse file, which only comes out in order, and then all of its content."""
    pieces: list[bytes] = []
    size = 0
    while size < HEAD_BYTES and (piece := next(content, b"")):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)[:HEAD_BYTES], chain(pieces, content)


def _ranges(scanners: list[tuple[Wanted, Scanner]]) -> list[tuple[int, int]] | None:
    """What all of them together have to see, in order and with gaps that are worth it; None for everything."""
    asked: list[tuple[int, int]] = []
    for _, scanner in scanners:
        ranges = getattr(scanner, "ranges", None)
        if ranges is None:
            return None
        asked += ranges
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(asked):
        if merged and start < merged[-1][1] + GAP_BYTES:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        elif start < stop:
            merged.append((start, stop))
    return merged


def _pieces(
    source: Stream | SeekStream, member: tar.Member, head: bytes, ranges: list[tuple[int, int]] | None
) -> Iterator[bytes | int]:
    """Of a file that is not sparse: its content in bounded pieces; what is in none of the ranges as the number of its bytes,
    the rest not at all."""
    if len(head) == member.size_bytes:
        yield head  # and the stream stands before it still: who walks on passes over it
        return
    if ranges is None:
        yield from tar.content(source, member)
        return
    at = 0
    for start, stop in ranges:
        if start >= member.size_bytes:
            break
        if start > at:
            if source.skip(start - at) < start - at:
                raise ValueError("the archive breaks off in the content of a file")
            yield start - at
        at = min(stop, member.size_bytes)
        yield from tar.pieces(source, at - start)


def _spool() -> BinaryIO:
    """A temporary file without a name."""
    import tempfile

    try:
        return cast(BinaryIO, tempfile.TemporaryFile())
    except OSError as error:
        raise _no_room(error) from error


def _write(spool: BinaryIO, piece: bytes) -> None:
    try:
        spool.write(piece)
        spool.flush()  # here, not when a reader goes back to the start
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> InputError:
    """This machine's trouble, not the image's: nothing that is kept may come of it."""
    return InputError(
        f"a large file of it cannot be laid aside: {error.strerror}",
        "make room in the folder for temporary files, or set TMPDIR",
    )


def _fed(scanner: Scanner, piece: bytes) -> bool:
    scanner.feed(piece)
    return True


def _collect(
    item: Wanted,
    path: str,
    facts: dict[str, dict[str, list[Any]]],
    unknowns: list[Unknown],
    spent: Spending,
    call: Callable[..., Iterable[Any] | None],
    *arguments: object,
) -> None:
    """Facts as far as the reader gives them; Unknowns among them go their own way."""

    def consume() -> None:
        for value in call(*arguments) or ():
            spent.fact()
            if isinstance(value, Unknown):
                unknowns.append(value)
            else:
                facts.setdefault(item.cataloger, {}).setdefault(path, []).append(value)

    _guarded(item, path, unknowns, consume)


def _guarded(
    item: Wanted, path: str, unknowns: list[Unknown], call: Callable[..., Result], *arguments: object
) -> Result | None:
    """The one place where a reader's trouble is caught."""
    try:
        return call(*arguments)
    except OverBudgetError as error:
        if error.whole:
            raise
        unknowns.append(_unknown(item.cataloger, path, str(error), code="over_budget"))
    except ValueError as error:
        unknowns.append(_unknown(item.cataloger, path, str(error) or "not readable"))
    except (MemoryError, OSError) as error:  # of this machine, at this time
        log.warning("the %s reader had no room for %r: %s", item.cataloger, path, error)
        reason = f"this machine could not read it: {error or 'out of memory'}"
        unknowns.append(Unknown(item.cataloger, Evidence(path, 0), reason, transient=True))
    except Exception as error:  # a defect of ours must not cost the rest of the image
        log.exception("the %s reader failed on %r", item.cataloger, path)
        unknowns.append(_unknown(item.cataloger, path, f"the reader failed: {type(error).__name__}: {error}"))
    return None


def _unknown(cataloger: str, path: str, reason: str, *, whole_layer: bool = False, code: str = "unreadable") -> Unknown:
    return Unknown(cataloger, Evidence(path, 0), reason, whole_layer, code=code)


def _flat(found: dict[str, list[Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((path, value) for path in sorted(found) for value in found[path])


def _table(
    paths: list[str], rows: dict[str, tuple[str, int, int, int, int, str]], folders: dict[str, int], capable: set[str]
) -> FileTable:
    kept = [rows[path] for path in paths]
    limit = 0xFFFFFFFF
    return FileTable(
        "\0".join(paths),
        "".join(row[0] for row in kept),
        little_endian(array("H", [row[1] for row in kept])),
        little_endian(array("I", [number & limit for row in kept for number in row[2:4]])),
        little_endian(array("Q", [row[4] for row in kept])),
        "\0".join(row[5] for row in kept if row[0] in "lh"),
        "\0".join(sorted(path for path in folders if path not in rows)),
        "\0".join(sorted(path for path, mode in folders.items() if mode & 0o1002 == 0o002 and path not in rows)),
        "\0".join(sorted(path for path in capable if path in rows)),
    )


def little_endian(values: "array[int]") -> bytes:
    """As file tables keep their numbers, on any machine."""
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
