"""The log of refreshes in the background, ``refresh.log`` beside the database."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

MAX_BYTES = 64 * 1024


def log_beside(database: Path) -> Path:
    return database.with_name("refresh.log")


def last_line(log: Path) -> str:
    try:
        lines = log.read_bytes()[-MAX_BYTES:].decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def note(text: str) -> None:
    """Writes a line to standard error, which is the log."""
    from careen.output.escape import visible

    with suppress(OSError, ValueError):
        sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {visible(text)[:500]}\n")
        sys.stderr.flush()


def trim(log: Path) -> None:
    """Removes the older half if the log is over the bound."""
    with suppress(OSError):
        data = log.read_bytes()
        if len(data) > MAX_BYTES:
            with log.open("r+b") as file:
                file.truncate(0)
                file.write(data[-MAX_BYTES // 2 :].partition(b"\n")[2])
