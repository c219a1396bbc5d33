"""Named members of an archive or a folder: the common interface of docker-archives (``tar_archive``) and OCI layouts.

Names are only compared, and never become paths on this machine, except for digests in a layout's own ``blobs`` folder.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from careen.errors import InputError

DOCUMENT_BYTES = 8 << 20
AGAIN = "pull, save or export the image again"


class Archive(Protocol):
    """Members by name. ``opener`` returns a function that opens the member anew at each call, from any thread."""

    name: str

    def has(self, path: str) -> bool: ...
    def read(self, path: str) -> bytes: ...
    def opener(self, path: str) -> Callable[[], BinaryIO]: ...


class FolderArchive:
    def __init__(self, folder: Path) -> None:
        self.name, self._folder = str(folder), folder

    def has(self, path: str) -> bool:
        return (self._folder / path).is_file()

    def read(self, path: str) -> bytes:
        with self.opener(path)() as stream:
            return document(stream, f"{self.name}: {path}")

    def opener(self, path: str) -> Callable[[], BinaryIO]:
        place = self._folder / path
        if not place.is_file():
            raise InputError(f"{self.name}: {path} is missing", AGAIN)
        return lambda: place.open("rb")


def document(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(DOCUMENT_BYTES + 1)
    if len(data) > DOCUMENT_BYTES:
        raise InputError(
            f"{name} is larger than {DOCUMENT_BYTES >> 20} MiB", "no build tool makes such an image: check where it comes from"
        )
    return data
