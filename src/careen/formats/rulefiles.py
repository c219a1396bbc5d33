"""Folders of rules in TOML, written for people, and the same rules as JSON, which are read in a twentieth of the time.

``made.json`` of a folder has the content of each of its files, and the digest of what it was made from. ``make golden`` writes
it and a test compares; it is passed over where a file was edited since, is new, or is gone.
"""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from .typed import from_json

MADE = "made.json"


class Made(Struct, frozen=True):
    source: str
    tables: list[dict[str, Any]]


def tables(folder: Path) -> list[dict[str, Any]]:
    """The content of every file, in the order of their names. Raises ValueError where one is no TOML."""
    texts = _texts(folder)
    try:
        found = from_json((folder / MADE).read_bytes(), Made)
        if found.source == _digest(texts):
            return found.tables
    except (OSError, msgspec.MsgspecError):
        pass  # it only saves time
    return [_read(text) for text in texts.values()]


def made(folder: Path) -> bytes:
    """The content of ``made.json`` as the files say it now."""
    texts = _texts(folder)
    return msgspec.json.encode(Made(_digest(texts), [_read(text) for text in texts.values()])) + b"\n"


def _texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


def _digest(texts: dict[str, bytes]) -> str:
    hashed = hashlib.sha256()
    for name, text in texts.items():
        hashed.update(f"{name} {len(text)} ".encode() + text)
    return hashed.hexdigest()


def _read(text: bytes) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text.decode("utf-8"))
