"""The maps of sparse files: (offset, length) pairs of their data, from old GNU headers and of PAX formats 0.0, 0.1 and 1.0.

Raises: ValueError if container engines refuse the archive, OverBudgetError for too many parts.
Source: GNU tar manual, "Storing Sparse Files"; the rules are those of Go's archive/tar.
"""

from typing import NamedTuple

from careen.errors import OverBudgetError

from .tar_entry import BLOCK, Source
from .tar_number import integer, number

MOST_PARTS = 100_000
_DAMAGED = "damaged sparse map"


class Sparse(NamedTuple):
    """The map of a sparse file. ``name`` is the file's name, "" if the map has none; the first ``map_bytes`` of the
    member's data are the map itself."""

    parts: tuple[tuple[int, int], ...]
    size_bytes: int
    name: str = ""
    map_bytes: int = 0


def old_map(source: Source, block: bytes, stored_bytes: int) -> Sparse:
    """The map of an old GNU header: 4 pairs at byte 386, the real size at 483, further pairs in the blocks that
    follow it."""
    if block[257:265] != b"ustar  \0":
        raise ValueError("a sparse file in a header that is not GNU tar's")
    size = number(block[483:495])
    pairs: list[tuple[int, int]] = []
    places, more = range(386, 482, 24), block[482]
    while True:
        for at in places:
            if not block[at]:
                break
            pairs.append((number(block[at : at + 12]), number(block[at + 12 : at + 24])))
        if not more:
            break
        block = source.read(BLOCK)
        if len(block) < BLOCK:
            raise ValueError(_DAMAGED)
        if len(pairs) > MOST_PARTS:
            raise _too_many()
        places, more = range(0, 504, 24), block[504]
    return Sparse(_checked(pairs, size, stored_bytes), size)


def pax_map(source: Source, values: dict[str, str], size_bytes: int, stored_bytes: int) -> Sparse | None:
    """The map of a sparse file by its PAX records; None if they do not describe one."""
    version = (values.get("GNU.sparse.major", ""), values.get("GNU.sparse.minor", ""))
    in_data = version == ("1", "0")
    if not in_data and version not in (("0", "0"), ("0", "1")) and (any(version) or not values.get("GNU.sparse.map")):
        return None
    given = values.get("GNU.sparse.size") or values.get("GNU.sparse.realsize")
    size = integer(given) if given else size_bytes
    if in_data:
        pairs, map_bytes = _map_in_data(source, stored_bytes)
    else:
        pairs, map_bytes = _map_in_records(values), 0
    parts = _checked(pairs, size, stored_bytes - map_bytes)
    return Sparse(parts, size, values.get("GNU.sparse.name", ""), map_bytes)


def _map_in_records(values: dict[str, str]) -> list[tuple[int, int]]:
    joined = values.get("GNU.sparse.map", "")
    count = integer(values.get("GNU.sparse.numblocks", ""))
    if count > MOST_PARTS:
        raise _too_many()
    if count < 0 or (joined.count(",") + 1 if joined else 0) != 2 * count:
        raise ValueError(_DAMAGED)
    numbers = [integer(part) for part in joined.split(",")] if joined else []
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _map_in_data(source: Source, stored_bytes: int) -> tuple[list[tuple[int, int]], int]:
    """The pairs of a map at the start of the data, and the number of bytes that it takes.

    The map is the number of pairs and then each number, on a line of its own, padded to whole blocks.
    """
    read, lines = bytearray(), 0

    def until(wanted: int) -> None:
        nonlocal lines
        while lines < wanted:
            block = source.read(BLOCK) if len(read) + BLOCK <= stored_bytes else b""
            if len(block) < BLOCK:
                raise ValueError(_DAMAGED)
            lines += block.count(b"\n")
            read.extend(block)

    until(1)
    count = integer(bytes(read).partition(b"\n")[0].decode("latin-1"))
    if count < 0:
        raise ValueError(_DAMAGED)
    if count > MOST_PARTS:
        raise _too_many()
    until(1 + 2 * count)
    numbers = [integer(line.decode("latin-1")) for line in bytes(read).split(b"\n", 1 + 2 * count)[1 : 1 + 2 * count]]
    return list(zip(numbers[::2], numbers[1::2], strict=True)), len(read)


def _checked(pairs: list[tuple[int, int]], size: int, stored_bytes: int) -> tuple[tuple[int, int], ...]:
    """The pairs that are not empty. Raises ValueError unless they are ordered, within the file, and as long as the
    stored data: otherwise engines stop in the middle of the file."""
    at = data = 0
    for offset, length in pairs:
        if length < 0 or offset < at or offset + length > size:
            raise ValueError(_DAMAGED)
        at = offset + length
        data += length
    if size < 0 or data != stored_bytes:
        raise ValueError(_DAMAGED)
    return tuple(pair for pair in pairs if pair[1])


def _too_many() -> OverBudgetError:
    return OverBudgetError(f"a sparse file has more than {MOST_PARTS} parts")
