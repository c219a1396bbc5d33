"""Validates a file, or standard input, by its specification. Raises: InputError."""

import sys
from pathlib import Path

from careen.errors import InputError
from careen.formats.data.json_file import read_bounded
from careen.validation.document import KINDS, MAX_BYTES, Validity, validate

__all__ = ["KINDS", "Validity", "validate_file"]


def validate_file(place: str, kind: str = "") -> Validity:
    """Validates a document. ``place`` may be ``-`` for standard input. ``kind`` is one of ``KINDS``; "" if the document
    itself states its kind.
    """
    name = "standard input" if place == "-" else place
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if place == "-" else bytes(read_bounded(Path(place), MAX_BYTES))
        return validate(data, kind)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}", "check the path") from None
    except ValueError as error:
        raise InputError(f"{name}: {error}", "--kind KIND sets its kind, if the document does not state it") from None
