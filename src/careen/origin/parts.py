"""The releases that a build has read so far, in one file each: a build that is continued does not read them again.

A part has the SHA-256 of its content; a damaged part is made anew.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from careen.safety.typed import from_msgpack

from .building import Release
from .fixes import Fix, damage_of

Value = TypeVar("Value")
_Features = list[tuple[str, dict[str, bytes]]]


class Parts:
    """A folder of parts; ``name`` is the digest of the archive from which a part was read."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def release(self, name: str, version: str, read: Callable[[], Release]) -> Release:
        """The release in the part; if there is no such part, ``read`` makes it."""
        path = self._folder / f"{name.replace(':', '-')}.part"
        try:
            return read_part(version, path)
        except (OSError, ValueError):
            made = read()
        write_part(made, path)
        return made

    def fixes(self, name: str, read: Callable[[], list[Fix]]) -> list[Fix]:
        path = self._folder / f"{name.replace(':', '-')}.fixes"
        try:
            found = _unsealed(path, list[Fix])
            if not damage_of(found):
                return found
        except (OSError, ValueError):
            pass
        made = read()
        _seal(path, made)
        return made


def write_part(release: Release, path: Path) -> None:
    """Writes the features of a release; those of builds have "" as their path."""
    files = [*release.files.items(), *(("", features) for features in release.builds)]
    _seal(path, [(name, {family: hashes.tobytes() for family, hashes in found.items()}) for name, found in files])


def read_part(version: str, path: Path) -> Release:
    found = [
        (name, {family: np.frombuffer(hashes, np.uint64) for family, hashes in features.items()})
        for name, features in _unsealed(path, _Features)
    ]
    builds = tuple(features for name, features in found if not name)
    return Release(version, {name: features for name, features in found if name}, builds=builds)


def _seal(path: Path, content: object) -> None:
    data = msgspec.msgpack.encode(content)
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_bytes(hashlib.sha256(data).digest() + data)
    aside.replace(path)


def _unsealed(path: Path, kind: type[Value]) -> Value:
    content = path.read_bytes()
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        raise ValueError("damaged")
    try:
        return from_msgpack(content[32:], kind)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
