"""Folders of rules in TOML, written for people, and the same rules as JSON, which are read in a twentieth of the time.

``made.json`` of a folder has the content of each of its files by name. ``make golden`` writes it and a test compares; it
is passed over where a file was edited since, is new, or is gone.
"""

from pathlib import Path
from typing import Any

import msgspec

MADE = "made.json"
EDITED_AFTER_S = 60.0  # files that are installed together differ by less


def tables(folder: Path) -> list[dict[str, Any]]:
    """The content of every file, in the order of their names. Raises ValueError where one is no TOML."""
    paths = sorted(folder.glob("*.toml"))
    try:
        since = (folder / MADE).stat().st_mtime + EDITED_AFTER_S
        found = msgspec.json.decode((folder / MADE).read_bytes(), type=dict[str, dict[str, Any]])
        if list(found) == [path.name for path in paths] and all(path.stat().st_mtime <= since for path in paths):
            return list(found.values())
    except (OSError, msgspec.MsgspecError):
        pass  # it only saves time
    return [_read(path) for path in paths]


def made(folder: Path) -> bytes:
    """The content of ``made.json`` as the files say it now."""
    return msgspec.json.encode({path.name: _read(path) for path in sorted(folder.glob("*.toml"))}) + b"\n"


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(path.read_text("utf-8"))
