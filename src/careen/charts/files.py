"""The files of a chart: from a folder or a packed chart, within bounds. No name in an archive is a path on this machine.

Raises: ValueError for a damaged or too large archive or folder, OSError if it cannot be read.
"""

import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from careen.errors import InputError
from careen.formats.archives.inflate import open_stream
from careen.formats.archives.tar import content, members
from careen.safety.budget import Limits

MAX_FILE_BYTES = 5 << 20
MAX_BYTES = 64 << 20
MAX_FILES = 10_000
MAX_PACKED_BYTES = 32 << 20
MAX_BEFORE = 50  # files of an archive before its Chart.yaml; ``helm package`` writes it first
PACKED = (".tgz", ".tar.gz")


def folder_files(folder: Path) -> dict[str, bytes]:
    """The content of a folder's files, by path below it. Links are not followed."""
    found: dict[str, bytes] = {}
    total = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", ".svn", ".hg"))
        for name in sorted(names):
            path = Path(place, name)
            if path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
            total += size
            if size > MAX_FILE_BYTES or total > MAX_BYTES or len(found) >= MAX_FILES:
                raise ValueError(f"{path.relative_to(folder).as_posix()} is over the limit of a chart's files or bytes")
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def packed_files(data: bytes) -> dict[str, bytes]:
    """The files below the one folder that a packed chart has; {} if the archive is not a chart."""
    found: dict[str, bytes] = {}
    try:
        stream = open_stream(BytesIO(data), Limits(inflated_bytes=MAX_BYTES, ratio=2000))
        for member in members(stream):
            if member.kind != "f" or "/" not in member.path or ".." in member.path.split("/"):
                continue
            if member.size_bytes > MAX_FILE_BYTES or len(found) >= MAX_FILES:
                raise ValueError(f"{member.path[:100]!r} is over the limit of a chart's files or bytes")
            found[member.path.partition("/")[2]] = b"".join(content(stream, member))
            if len(found) > MAX_BEFORE and "Chart.yaml" not in found:
                return {}
    except InputError as error:
        raise ValueError(str(error)) from None
    return found if "Chart.yaml" in found else {}


def unpacked(files: Mapping[str, bytes], depth: int = 3) -> dict[str, bytes]:
    """The files, with those of packed charts in folders ``charts`` added at the paths to which Helm unpacks them."""
    found: dict[str, bytes] = {}
    for path, data in files.items():
        parent, _, name = path.rpartition("/")
        if not name.endswith(PACKED) or parent.rpartition("/")[2] != "charts" or depth == 0:
            found[path] = data
            continue
        try:
            inner = unpacked(packed_files(data), depth - 1)
        except ValueError as error:
            raise ValueError(f"{path[-100:]}: {error}") from None
        stem = name.removesuffix(".tgz").removesuffix(".tar.gz")
        found.update({f"{parent}/{stem}/{below}": content for below, content in inner.items()})
        if sum(map(len, found.values())) > MAX_BYTES or len(found) > MAX_FILES:
            raise ValueError(f"{path[:100]!r} is over the limit of a chart's files or bytes")
    return found
