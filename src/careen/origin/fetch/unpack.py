"""The files of a source archive, read in memory and within limits: no name in it is used as a path on this machine.

Read are a zip, a tar in any compression, and a Debian binary package, recognised by their first bytes. The single
folder that contains all files of a tar is left out of their paths.
Raises: ValueError for other data, a damaged archive, or one over a limit.
"""

import io
from collections.abc import Iterator

from careen.errors import InputError
from careen.formats.archives import zip as zip_archive
from careen.formats.archives.inflate import open_stream
from careen.formats.archives.tar import content, members
from careen.safety.budget import Limits

MAX_FILES = 200_000
MAX_FILE_BYTES = 16 << 20
MAX_BYTES = 2 << 30
MAX_RATIO = 400  # of archives that inflate to more than RATIO_FROM_BYTES
RATIO_FROM_BYTES = 64 << 20
_AR = b"!<arch>\n"


def files_in(archive: bytes) -> dict[str, bytes]:
    """The regular files by path; files larger than ``MAX_FILE_BYTES`` are left out."""
    found: dict[str, bytes] = {}
    total = 0
    is_package = is_debian_package(archive)
    try:
        for path, data in _zipped(archive) if archive[:2] == b"PK" else _tarred(_data_of(archive) if is_package else archive):
            total += len(data)
            if len(found) >= MAX_FILES or total > MAX_BYTES:
                raise ValueError(f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB")
            found[path] = data
    except InputError as error:
        raise ValueError(str(error)) from None
    return found if archive[:2] == b"PK" or is_package else _without_common_folder(found)


def is_debian_package(archive: bytes) -> bool:
    return archive.startswith(_AR + b"debian-binary")


def _data_of(package: bytes) -> bytes:
    """The archive of the files that a package installs."""
    at = len(_AR)
    while at + 60 <= len(package):
        name, size = package[at : at + 16], package[at + 48 : at + 58].strip()
        if package[at + 58 : at + 60] != b"`\n" or not size.isdigit():
            raise ValueError("a damaged package")
        if name.startswith(b"data.tar"):
            return package[at + 60 : at + 60 + int(size)]
        at += 60 + int(size) + int(size) % 2
    raise ValueError("a package without files")


def _tarred(archive: bytes) -> Iterator[tuple[str, bytes]]:
    limits = Limits(inflated_bytes=MAX_BYTES, ratio=MAX_RATIO, ratio_from_bytes=RATIO_FROM_BYTES)
    stream = open_stream(io.BytesIO(archive), limits)
    for member in members(stream):
        if member.kind == "f" and member.size_bytes <= MAX_FILE_BYTES:
            yield member.path, b"".join(content(stream, member))


def _zipped(archive: bytes) -> Iterator[tuple[str, bytes]]:
    stream = io.BytesIO(archive)
    for entry in zip_archive.walk(stream, max_entries=MAX_FILES, max_total_bytes=MAX_BYTES):
        if not entry.is_folder and entry.size <= MAX_FILE_BYTES:
            yield entry.name, zip_archive.read(stream, entry, MAX_FILE_BYTES)


def _without_common_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {path.partition("/")[0] if "/" in path else "" for path in files}
    if len(tops) != 1 or "" in tops:
        return files
    return {path.partition("/")[2]: data for path, data in files.items()}
