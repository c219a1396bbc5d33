"""The header blobs of an rpm database in Berkeley DB's hash format (``Packages``).

Shape: pages of equal size in the byte order of the machine that wrote them, both given on page 0. A hash page has keys
(package numbers) and values in turn; a large value is on a chain of overflow pages. Number 0 is rpm's own counter.
Raises ValueError for another file; a problem with one package is appended to ``faults``.
**Source:** Berkeley DB 5.3, src/dbinc/db_page.h (layout of pages and items).
"""

from collections.abc import Iterator
from struct import unpack_from
from typing import BinaryIO

_MAGIC = 0x061561
_ENTRIES_AT, _PAGE_HEADER_BYTES = 20, 26
_HASH, _HASH_UNSORTED, _OVERFLOW = 13, 2, 7  # types of pages
_INLINE, _OFF_PAGE = 1, 3  # types of items
_ENCRYPTED_AT, _TYPE_AT, _LAST_PAGE_AT = 24, 25, 32


def blobs(stream: BinaryIO, faults: list[str]) -> Iterator[bytes]:
    size = stream.seek(0, 2)
    stream.seek(0)
    meta = stream.read(512)
    order = next((order for order in "<>" if len(meta) == 512 and unpack_from(f"{order}I", meta, 12)[0] == _MAGIC), "")
    if not order:
        raise ValueError("not a Berkeley DB hash database")
    page_bytes: int = unpack_from(f"{order}I", meta, 20)[0]
    if page_bytes & (page_bytes - 1) or not 512 <= page_bytes <= 65536:
        raise ValueError(f"a Berkeley DB page of {page_bytes} bytes does not exist")
    if meta[_ENCRYPTED_AT]:
        raise ValueError("encrypted Berkeley DB database")
    if (unpack_from(f"{order}I", meta, _LAST_PAGE_AT)[0] + 1) * page_bytes > size:
        faults.append("the database is cut short")
    used: set[int] = set()  # overflow pages belong to one value each
    for number in range(1, size // page_bytes):
        stream.seek(number * page_bytes)
        page = stream.read(page_bytes)
        if page[_TYPE_AT] not in (_HASH, _HASH_UNSORTED):
            continue
        try:
            values = list(_values(page, order))
        except ValueError as error:
            faults.append(f"page {number}: {error}")
            continue
        for value in values:
            if value is None:
                faults.append(f"page {number}: a package in a form that rpm does not write")
                continue
            try:
                yield value if isinstance(value, bytes) else _overflow(stream, *value, page_bytes, order, used)
            except ValueError as error:
                faults.append(str(error))


def _values(page: bytes, order: str) -> Iterator[bytes | tuple[int, int] | None]:
    """Each value of a hash page; of a large value, its first page and its length; None for one of another form. Items
    fill the page from its end."""
    count = unpack_from(f"{order}H", page, _ENTRIES_AT)[0]
    if _PAGE_HEADER_BYTES + 2 * count > len(page) or count % 2:
        raise ValueError("more items than fit on the page")
    places = unpack_from(f"{order}{count}H", page, _PAGE_HEADER_BYTES)
    ends = (len(page), *places)
    if any(place >= end for place, end in zip(places, ends, strict=False)):
        raise ValueError("items that overlap")
    for at in range(1, count, 2):
        key, value = page[places[at - 1] + 1 : ends[at - 1]], page[places[at] : ends[at]]
        if not key.strip(b"\0"):
            continue
        if value[0] == _INLINE:
            yield value[1:]
        elif value[0] == _OFF_PAGE and len(value) >= 12:
            yield unpack_from(f"{order}II", value, 4)
        else:
            yield None


def _overflow(stream: BinaryIO, number: int, length: int, page_bytes: int, order: str, used: set[int]) -> bytes:
    parts = []
    left = length
    while left > 0:
        if not number or number in used:
            raise ValueError("a package whose pages end too early or belong to another")
        used.add(number)
        stream.seek(number * page_bytes)
        page = stream.read(page_bytes)
        if len(page) < page_bytes or page[_TYPE_AT] != _OVERFLOW:
            raise ValueError("a package whose pages are missing")
        number = unpack_from(f"{order}I", page, 16)[0]
        here = min(unpack_from(f"{order}H", page, 22)[0], page_bytes - _PAGE_HEADER_BYTES, left)
        if not here:
            raise ValueError("a package on an empty page")
        parts.append(page[_PAGE_HEADER_BYTES : _PAGE_HEADER_BYTES + here])
        left -= here
    return b"".join(parts)
