"""The first bytes of the members of a zip archive, as it goes by in chunks of any size.

Members are found by their local headers, wherever these are: without the directory at the end, behind a launcher script,
and in archives that are stored within the archive. Of encrypted members and of methods other than stored and deflated
nothing is given. Raises ValueError for more members than ``MOST_MEMBERS``.
**Source:** PKWARE APPNOTE.TXT 6.3.10, section 4.3.7.
"""

import zlib
from collections.abc import Iterator
from struct import unpack_from

LOCAL_HEADER, SCRIPT = b"PK\3\4", b"#!"
MOST_MEMBERS = 200_000
_HEADER_BYTES = 30
_ENCRYPTED = 1
_STORED, _DEFLATED = 0, 8


class MemberHeads:
    def __init__(self, head_bytes: int) -> None:
        self._head_bytes = head_bytes
        self._raw_bytes = deflated_bytes(head_bytes)
        self._rest = b""  # of the chunks so far: it begins with a local header, or may do so once more data follow
        self._members = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Takes the next chunk of the archive; yields the first bytes of each member that are complete by now."""
        data = self._rest + chunk if self._rest else chunk
        at = data.find(LOCAL_HEADER)
        while at >= 0 and _content_at(data, at) + self._raw_bytes <= len(data):
            yield self._head(data, at)
            at = data.find(LOCAL_HEADER, at + len(LOCAL_HEADER))
        self._rest = data[at if at >= 0 else 1 - len(LOCAL_HEADER) :]

    def close(self) -> Iterator[bytes]:
        """Yields the first bytes of the members that are too near to the end of the archive for ``feed``."""
        at = self._rest.find(LOCAL_HEADER)
        while at >= 0:
            yield self._head(self._rest, at)
            at = self._rest.find(LOCAL_HEADER, at + len(LOCAL_HEADER))

    def _head(self, data: bytes, at: int) -> bytes:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise ValueError(f"zip: more than {MOST_MEMBERS} members")
        start = _content_at(data, at)
        raw = data[start : start + self._raw_bytes]
        flags, method = unpack_from("<2H", data, at + 6) if raw else (0, _STORED)
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED):
            return b""
        return raw[: self._head_bytes] if method == _STORED else first_bytes(raw, self._head_bytes)


def first_name(head: bytes) -> str:
    """The name of the first member of an archive, also behind a launcher script; "" if the file's first bytes show none."""
    at = head.find(LOCAL_HEADER) if head.startswith(SCRIPT) else 0
    if at < 0 or not head.startswith(LOCAL_HEADER, at) or len(head) < at + _HEADER_BYTES:
        return ""
    (size,) = unpack_from("<H", head, at + 26)
    return head[at + _HEADER_BYTES : at + _HEADER_BYTES + size].decode("utf-8", "replace")


def deflated_bytes(size: int) -> int:
    """The most stored bytes that ``size`` bytes of content can need: deflating can make short texts longer."""
    return 2 * size + 64


def first_bytes(deflated: bytes, most: int) -> bytes:
    """The first bytes of the inflated content, at most ``most``; b"" if the data are damaged."""
    try:
        return zlib.decompressobj(-15).decompress(deflated, most)
    except zlib.error:
        return b""


def _content_at(data: bytes, at: int) -> int:
    """The position of a member's content, by that of its local header; beyond the data if the header is cut off."""
    start = at + _HEADER_BYTES
    return start + sum(unpack_from("<2H", data, at + 26)) if start <= len(data) else start
