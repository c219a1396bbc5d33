"""Parses times in the form of registries' interfaces."""

from datetime import UTC, datetime
from typing import Any


def moment(value: Any) -> float | None:
    """Seconds since 1970 of an ISO 8601 text; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None
