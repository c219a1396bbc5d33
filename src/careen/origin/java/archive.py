"""The members of Java archives, and of the archives in them, that have code.

What is too large, too deep, encrypted or damaged is left out; the rest of the archive is read.
"""

import io
from collections.abc import Iterator

from careen.formats.archives import zip as zip_archive

SUFFIXES = (".jar", ".war", ".ear", ".par", ".sar", ".hpi", ".jpi", ".kar", ".nar", ".aar")
ENDINGS = (".class", ".js", ".mjs", ".cjs")
MAX_DEPTH = 4
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 16 << 20
MAX_ARCHIVE_BYTES = 256 << 20  # of one within another
MAX_BYTES = 1 << 30  # in all


def is_archive(path: str, data: bytes) -> bool:
    return path.lower().endswith(SUFFIXES) and data[:2] == b"PK"


def members(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """(path, content) of each member with code: ``app.war!/WEB-INF/lib/a.jar!/org/A.class``."""
    yield from _members(path, data, 0, [MAX_MEMBERS, MAX_BYTES])


def container_of(path: str) -> str:
    """The archive that contains a class, or its folder ``classes``; "" if it is in neither."""
    archive, mark, _ = path.rpartition("!/")
    if mark:
        return archive
    folder, mark, _ = f"/{path}".rpartition("/classes/")
    return f"{folder}/classes".lstrip("/") if mark else ""


def _members(path: str, data: bytes, depth: int, left: list[int]) -> Iterator[tuple[str, bytes]]:
    """The members of an archive. ``left`` counts down the members and bytes that may still be read."""
    stream = io.BytesIO(data)
    try:
        entries = zip_archive.entries(stream, max_entries=left[0])
    except ValueError:
        return
    left[0] -= len(entries)
    for entry in entries:
        nested = entry.name.lower().endswith(SUFFIXES) and depth + 1 < MAX_DEPTH
        limit = MAX_ARCHIVE_BYTES if nested else MAX_MEMBER_BYTES
        is_wanted = nested or entry.name.lower().endswith(ENDINGS)
        if entry.is_folder or not is_wanted or entry.size > min(limit, left[1]):
            continue
        try:
            content = zip_archive.read(stream, entry, limit)
            left[1] -= len(content)
            if nested:
                yield from _members(f"{path}!/{entry.name}", content, depth + 1, left)
            else:
                yield f"{path}!/{entry.name}", content
        except ValueError:
            continue
