"""Folders of rules in TOML, written for people, and the same rules as JSON, which loads twenty times faster.

``made.json`` of a folder has a digest of the TOML files and the content of each. ``make golden`` writes it and a test compares
it; it is ignored if a file was edited, added or removed since. The digests of Careen's own files are known, so that none of
them is read.
"""

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from careen.contents import ROOT, contents, digest_of
from careen.safety.typed import converted, from_json

MADE = "made.json"


Table = TypeVar("Table")


def tables(folder: Path, kind: type[Table]) -> list[Table]:
    """The content of every file, in the order of their names. Raises ValueError if one is not TOML, or of another type."""
    try:
        source, found = from_json((folder / MADE).read_bytes(), tuple[str, list[kind]])  # type: ignore[valid-type]
        if source == _source(folder):
            return found
    except (OSError, msgspec.MsgspecError):
        pass  # without it, loading only takes longer
    return [converted(table, kind) for table in _read(folder)]


def made(folder: Path) -> bytes:
    """The content that ``made.json`` should have for the present files: a line for each, so that differences can be read."""
    tables = b",\n".join(map(msgspec.json.encode, _read(folder)))
    return b"[" + msgspec.json.encode(_source(folder)) + b",[\n" + tables + b"\n]]\n"


def _source(folder: Path) -> str:
    digests = sorted(_digests(folder).items())
    return hashlib.sha256("".join(f"{digest} {name}\n" for name, digest in digests).encode()).hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    """Digests by file name."""
    root = Path(ROOT)
    if folder.is_relative_to(root):
        start = f"{folder.relative_to(root).as_posix()}/"
        known = ((path.removeprefix(start), digest) for path, digest in contents().digests.items() if path.startswith(start))
        return {name: digest for name, digest in known if name.endswith(".toml") and "/" not in name}
    return {path.name: digest_of(path) for path in _files(folder)}


def _read(folder: Path) -> list[dict[str, Any]]:
    import tomllib

    return [tomllib.loads(path.read_bytes().decode("utf-8")) for path in _files(folder)]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))
