"""The members of a tar archive, and the stream that they are read from."""

from typing import NamedTuple, Protocol

BLOCK = 512
KINDS = {
    b"0": "f", b"\0": "f", b"7": "f", b"S": "f", b"1": "h", b"2": "l", b"3": "c", b"4": "b", b"5": "d", b"6": "p",
}  # fmt: skip


class Source(Protocol):
    """A stream like ``formats.archives.inflate.Stream``: ``data`` is the current chunk, ``at`` the position in it, ``before``
    the number of bytes before it."""

    data: bytes
    at: int
    before: int

    @property
    def position(self) -> int: ...

    def read(self, size: int) -> bytes: ...
    def skip(self, size: int) -> int: ...


class Doubt(NamedTuple):
    """The reason why tools read a member differently. ``refused`` is true if container engines refuse an archive that
    has it."""

    reason: str
    refused: bool = False


class Member(NamedTuple):
    """One entry. ``kind``: f file, d folder, l symbolic link, h hard link, c b p devices and pipes, g a global header,
    which is not a file, and ? of a type that engines do not support.

    ``path`` is "" for the root folder itself and for names that lead out of the root (``escapes``).
    ``stored_bytes`` follow in the stream and are the content, unless ``sparse`` maps them: (offset, length) pairs.
    ``records`` counts the PAX records and parts of sparse files that were read for it.
    """

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size_bytes: int
    link: str
    stored_bytes: int
    sparse: tuple[tuple[int, int], ...] | None
    escapes: bool
    raw_name: str
    capabilities: bool = False  # the file gives its process capabilities (Linux capabilities(7), "File capabilities")
    doubt: Doubt | None = None
    records: int = 0


def header_block(source: Source, block: bytes) -> bytes:
    """The block if it is a header; b"" at the end of the archive, which two blocks of zeros mark."""
    if not block:
        return b""
    if len(block) == BLOCK:
        if block.strip(b"\0"):
            return block
        block = source.read(BLOCK)
        if not block:
            return b""
        if len(block) == BLOCK:
            if block.strip(b"\0"):
                raise ValueError(f"a single block of zeros before byte {source.position - BLOCK}, and data after it")
            return b""
    raise ValueError(f"the archive breaks off in a header at byte {source.position - len(block)}")
