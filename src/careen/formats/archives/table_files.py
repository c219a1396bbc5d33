"""The files that a table of contents lists, in the order of the stream: each as a tar has it, with its chunks.

Both formats share the fields: of eStargz, and of zstd:chunked, which states the end of a file too. A table that contradicts
itself is refused as a whole: chunks that overlap, lie outside or do not make up their file, names that lead out of the root,
one name for two files.
Raises: ValueError.
Source: stargz-snapshotter, docs/estargz.md ("TOCEntry"); containers/storage, pkg/chunked/toc.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from careen.safety.digest import is_digest
from careen.safety.typed import from_json

from . import tar
from .pax_records import CAPABILITIES
from .tar_member import clean

CHUNK_BYTES = 64 << 20  # is verified as a whole; writers make chunks of some MiB
_NUMBERS = 1 << 53
_KINDS = {"reg": "f", "dir": "d", "symlink": "l", "hardlink": "h", "char": "c", "block": "b", "fifo": "p"}
_CAPABILITIES = CAPABILITIES.removeprefix("SCHILY.xattr.")


class Chunk(Struct, frozen=True, gc=False):
    """A part of a file's content, ``size`` bytes. The stored bytes from ``start`` to ``stop`` inflate to ``inner``
    other bytes, followed by the bytes of this chunk and perhaps by more."""

    size: int
    start: int
    stop: int
    inner: int
    digest: str


Listed = tuple[tar.Member, list[Chunk]]


class _Entry(Struct, gc=False, rename="camel"):
    name: str
    type: str
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    link_name: str = ""
    xattrs: dict[str, str] | None = None
    digest: str = ""
    offset: int = 0
    end_offset: int = 0
    inner_offset: int = 0
    chunk_offset: int = 0
    chunk_size: int = 0
    chunk_digest: str = ""
    chunk_type: str = ""


class _Document(Struct):
    version: int
    entries: list[_Entry]


def files_of(document: bytes, end: int) -> Iterator[Listed]:
    """Yields the files that the table lists, in its order. ``end`` is the position of the table, before which all
    chunks lie."""
    try:
        found = from_json(document, _Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"the table is malformed: {error}") from error
    if found.version != 1:
        raise ValueError(f"the table has version {found.version}, which is not supported")
    chunks, names = _Chunks(found.entries, end), _Names()
    index = 0
    while index < len(found.entries):
        first = index
        index += 1
        while index < len(found.entries) and found.entries[index].type == "chunk":
            index += 1
        member = _member(found.entries[first])
        names.add(member)
        yield member, chunks.of(found.entries[first:index])


def _member(entry: _Entry) -> tar.Member:
    kind = _KINDS.get(entry.type)
    if kind is None:
        raise ValueError(f"{_shown(entry)} has the unknown type {entry.type[:20]!r}")
    path, escapes = clean(entry.name)
    target, out = clean(entry.link_name) if kind == "h" else (entry.link_name, False)
    if escapes or out or "\0" in path or "\0" in target or not (path or kind == "d"):
        raise ValueError(f"{_shown(entry)} is not a name within the layer")
    if (kind in "lh") != bool(target):
        raise ValueError(f"{_shown(entry)} is a link without a target, or has a target and is not a link")
    size = entry.size if kind == "f" else 0
    if not all(0 <= number < _NUMBERS for number in (size, entry.uid, entry.gid)):
        raise ValueError(f"{_shown(entry)} has a size or owner that is out of range")
    capable = _CAPABILITIES in (entry.xattrs or ())
    return tar.Member(
        path, kind, entry.mode & 0o7777, entry.uid, entry.gid, size, target, size, None, False, entry.name, capable
    )


class _Names:
    """Rejects a table that lists a path twice, unless both are folders: tools disagree which of two files they use."""

    def __init__(self) -> None:
        self._folders: set[str] = set()
        self._others: set[str] = set()

    def add(self, member: tar.Member) -> None:
        path = member.path
        if path in self._others or (member.kind != "d" and path in self._folders):
            raise ValueError(f"{path[:100]!r} is listed twice")
        (self._folders if member.kind == "d" else self._others).add(path)


class _Chunks:
    """Reads the chunks of each file, and checks that they follow each other in the order of the table, as writers lay
    them down."""

    def __init__(self, entries: Sequence[_Entry], end: int) -> None:
        starts = sorted({entry.offset for entry in entries if entry.type in ("reg", "chunk")})
        self._next: Mapping[int, int] = dict(zip(starts, [*starts[1:], end], strict=False))
        self._start, self._inner = -1, 0  # the position after the last chunk

    def of(self, entries: Sequence[_Entry]) -> list[Chunk]:
        """The chunks of a file, which is the first entry; the other entries are its further chunks."""
        file = entries[0]
        size = file.size if file.type == "reg" else 0
        if not size and len(entries) == 1:
            return []
        found, at = [], 0
        for entry in entries:
            here = entry.chunk_size or size - at
            if entry.name != file.name or entry.chunk_offset != at or not 0 < here <= size - at:
                break
            at += here
            found.append(self._chunk(entry, here, file, alone=len(entries) == 1, last=at == size))
        if at != size or len(found) != len(entries):
            raise ValueError(f"the chunks of {_shown(file)} do not make up its content")
        return found

    def _chunk(self, entry: _Entry, size: int, file: _Entry, *, alone: bool, last: bool) -> Chunk:
        digest = entry.chunk_digest or (entry.digest if alone else "")
        start, stop, inner = entry.offset, self._next[entry.offset], entry.inner_offset
        if entry.chunk_type not in ("", "zeros") or not is_digest(digest):  # zeros are stored as well: the stream has them
            raise ValueError(f"a chunk of {_shown(file)} has no digest, or is of an unknown type")
        if last and file.end_offset:
            if file.end_offset > stop:
                raise ValueError(f"the chunks of {_shown(file)} overlap those of the next file")
            stop = file.end_offset
        if not 0 <= start < stop or inner < 0 or start < self._start or (start == self._start and inner < self._inner):
            raise ValueError(f"the chunks of {_shown(file)} lie outside of the layer, or overlap others")
        if size + inner > CHUNK_BYTES or stop - start > CHUNK_BYTES:
            raise ValueError(f"a chunk of {_shown(file)} has more than {CHUNK_BYTES >> 20} MiB")
        self._start, self._inner = start, inner + size
        return Chunk(size, start, stop, inner, digest)


def _shown(entry: _Entry) -> str:
    return repr(entry.name[:100])
