"""A single file: a package in its installed form in an empty root, any other file as the only file of an image.

A ``.deb``, ``.rpm``, ``.apk``, wheel, gem or an archive of ``npm pack`` is opened (``images.package_tar``). A jar, a
program, a lock file or a manifest is read by its name and content, as in an image.
Raises: InputError if the file cannot be read or is not a package of its kind.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from careen.errors import InputError
from careen.formats.archives.inflate import compression
from careen.formats.archives.tar_header import header
from careen.model.image import Image, ImageConfig, Layer
from careen.plugins import ImageSource, OpenContext
from careen.safety.budget import Limits

from .tarstream import TarStream, identity_of, limits_of

HEAD_BYTES = 512
PIECE_BYTES = 1 << 20
NPM_BYTES = 64 << 20  # an archive of npm has its package.json within these bytes


def open_image(reference: str, context: OpenContext) -> Image:
    from .package_tar import installed, kind_of

    path = Path(reference)
    try:
        with path.open("rb") as file:
            kind = kind_of(path.name, file.read(HEAD_BYTES))
        size, identity = path.stat().st_size, identity_of(path, f"file {path.name}")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check the path and its permissions") from error
    if not size:
        raise InputError(f"{path} is empty", "give a package, a program, a lock file or an archive of an image")
    limits = limits_of(context)

    def opened() -> BinaryIO:
        stream = path.open("rb")
        pieces = installed(kind, stream, limits) if kind else _alone(stream, path.name)
        return cast(BinaryIO, TarStream(pieces, stream))

    return Image(reference, "directory", "", None, ImageConfig(), (Layer(0, "", "", size, "", opened, identity),))


def _alone(file: BinaryIO, name: str) -> Iterator[bytes]:
    status = os.fstat(file.fileno())
    yield header(os.fsencode(name), "f", status.st_mode & 0o7777, 0, 0, status.st_size)
    left = status.st_size
    while left and (piece := file.read(min(left, PIECE_BYTES))):
        left -= len(piece)
        yield piece
    yield bytes(left + -status.st_size % 512 + 1024)


def _accepts(reference: str) -> bool:
    """Whether the file is a package by its first bytes, or is neither a tar nor compressed, as archives of images are."""
    try:
        path = Path(reference)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if not head or (_is_tar(head) and not path.name.endswith(".gem")):
                return False
            if compression(head) != "plain":
                return path.name.endswith((".apk", ".tgz")) and _is_package(path.name, head, file)
            return not _is_tar(head) or _is_package(path.name, head, file)
    except (OSError, ValueError, InputError):
        return False


def _is_package(name: str, head: bytes, file: BinaryIO) -> bool:
    from .package_tar import kind_of, npm_name

    kind = kind_of(name, head)
    return bool(npm_name(file, Limits(inflated_bytes=NPM_BYTES))) if kind == "npm" else bool(kind)


def _is_tar(head: bytes) -> bool:
    """Whether this is the head of a tar archive, by its magic, or in older archives by its checksum."""
    if head[257:262] == b"ustar":
        return True
    checksum = head[148:156].strip(b" \0")
    return len(head) == HEAD_BYTES and checksum.isdigit() and int(checksum, 8) == sum(head[:148]) + 256 + sum(head[156:])


IMAGE_SOURCE = ImageSource(
    name="file",
    open=open_image,
    accepts=_accepts,
    description="a package (deb, rpm, apk, wheel, gem, npm), a jar, a program, a lock file or a manifest",
)
