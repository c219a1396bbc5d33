"""Reads saved reports, to write them in other formats.

Raises: InputError.
"""

import sys
from pathlib import Path
from typing import BinaryIO

from careen.errors import InputError
from careen.model.report import Report

_HINT = "careen scan IMAGE --format json=FILE writes a report"


def report_in(place: str) -> Report:
    """The report in a file that ``--format json`` wrote; ``-`` is standard input."""
    from careen.app.whole_report import read_report

    name = "standard input" if place == "-" else place
    try:
        if place == "-":
            return read_report(_bounded(sys.stdin.buffer))
        with Path(place).open("rb") as stream:
            return read_report(_bounded(stream))
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}", _HINT) from None
    except ValueError as error:
        raise InputError(f"{name}: {error}", _HINT) from None


def _bounded(stream: BinaryIO) -> bytes:
    """The content of the stream, up to one byte more than a report may have, so that a longer one is refused."""
    from careen.app.whole_report import MAX_BYTES

    return stream.read(MAX_BYTES + 1)
