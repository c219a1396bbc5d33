"""Checks whether a database file is intact, by its checksum in ``advisories.sqlite.sum`` beside it.

The whole file is read if it was not checked before (another inode, size or time: copied, restored, changed), and after
any error. Without the checksum, only the verification of each look-up protects the data.

The checksum is a CRC-32, the fastest that finds damage: each job of a pipeline that restores a cache reads the whole
file. It protects against nobody, because who can write the file can write its checksum.
"""

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.atomic import write_whole
from careen.safety.typed import from_json


class Sum(Struct, frozen=True, array_like=True):
    checksums: tuple[int, ...]  # two while one file takes the place of another
    seen: tuple[int, int, int, int]  # inode, size and times of the file when it last had one of them


UNSEEN = (0, 0, 0, 0)
CHUNK = 1 << 20


def replaced(aside: Path, database: Path) -> None:
    """Replaces the database by a verified file. After a crash, one of the two is in place, and its checksum is known."""
    checksum = _checksum(aside)
    before = _read(database)
    # Without its checksum, the new file would look damaged.
    _write_strictly(database, Sum((checksum, *(before.checksums if before else ())), UNSEEN))
    aside.replace(database)
    _write(database, Sum((checksum,), _stat(database)))


def is_whole(database: Path) -> bool:
    """Whether the file has the checksum that was stored for it. True if no checksum is stored."""
    known = _read(database)
    while known is not None and known.seen != _stat(database):
        checksum = _checksum(database)
        now = _read(database)
        if now != known:  # an update replaced the file in the meantime
            known = now
            continue
        if checksum not in known.checksums:
            return False
        # All checksums stay: an update that is about to replace the file has added its own.
        _write(database, Sum(known.checksums, _stat(database)))
        return True
    return True


def distrust(database: Path) -> None:
    """Makes the next process that opens the file read it completely. It is called after an error."""
    known = _read(database)
    _write(database, Sum(known.checksums if known else (), UNSEEN))


def _read(database: Path) -> Sum | None:
    try:
        return from_json(_file(database).read_bytes(), Sum)
    except (OSError, ValueError, RecursionError):
        return None


def _write(database: Path, found: Sum) -> None:
    """Writes the checksum. A read-only folder is no error: then the file is read completely each time, or only look-ups
    verify it.
    """
    with suppress(OSError):
        _write_strictly(database, found)


def _write_strictly(database: Path, found: Sum) -> None:
    write_whole(_file(database), lambda file: file.write(msgspec.json.encode(found)))


def _checksum(database: Path) -> int:
    try:
        from isal.isal_zlib import crc32
    except ImportError:  # without a wheel for this machine, the standard library takes five times as long
        from zlib import crc32
    checksum, chunk = 0, bytearray(CHUNK)
    with database.open("rb", buffering=0) as file:
        while count := file.readinto(chunk):
            checksum = crc32(memoryview(chunk)[:count], checksum)
    return checksum


def _stat(database: Path) -> tuple[int, int, int, int]:
    status = database.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _file(database: Path) -> Path:
    return database.with_name(f"{database.name}.sum")
