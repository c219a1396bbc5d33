"""The members of a cpio archive in the "new" ASCII form, which the payload of an rpm is.

Shape: headers of 110 bytes, a magic and 13 numbers of 8 hexadecimal digits; the name, then the content, each padded to 4
bytes. ``TRAILER!!!`` ends it.  Raises: ValueError if a header is damaged or the archive breaks off.
**Source:** cpio(5), "New ASCII Format"; rpm manual, "Package format", payload.
"""

from collections.abc import Iterator

from msgspec import Struct

from careen.formats.archives.tar import Source

_MAGICS = (b"070701", b"070702")
MAX_NAME_BYTES = 4096


class CpioMember(Struct, frozen=True):
    """A member, followed by ``size_bytes`` of content. If it has several hard links, the last one has the content."""

    name: bytes
    mode: int  # includes the kind of file, as in stat(2)
    uid: int
    gid: int
    size_bytes: int
    inode: int
    links: int


def members(source: Source) -> Iterator[CpioMember]:
    """Yields every member; the caller may read up to ``size_bytes`` of its content before it requests the next."""
    while True:
        head = source.read(110)
        if head[:6] not in _MAGICS or len(head) < 110:
            raise ValueError("a damaged cpio archive" if len(head) == 110 else "the cpio archive breaks off")
        try:
            numbers = [int(head[at : at + 8], 16) for at in range(6, 110, 8)]
        except ValueError:
            raise ValueError("a damaged cpio archive") from None
        inode, mode, uid, gid, links, _, size, _, _, _, _, name_bytes, _ = numbers
        if not 0 < name_bytes <= MAX_NAME_BYTES:
            raise ValueError("a damaged cpio archive: a malformed name")
        padded = name_bytes + (-(110 + name_bytes) % 4)
        name = source.read(padded)
        if len(name) < padded:
            raise ValueError("the cpio archive breaks off")
        name = name[: name_bytes - 1]
        if name == b"TRAILER!!!":
            return
        start = source.position
        yield CpioMember(name, mode, uid, gid, size, inode, links)
        rest = start + size + (-size % 4) - source.position
        if rest and source.skip(rest) < rest:
            raise ValueError("the cpio archive breaks off")
