"""The last day on which a rule applies, as Careen's files and those of other tools state it.

Careen's ``until`` is that day. Other tools state the time at which a rule ends, and a date is its first moment, in UTC: their
rule does not apply on that day.
**Source:** RFC 3339; for other tools, the documentation that their readers name.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from careen.errors import UsageError
from careen.formats.data.yaml_document import as_text


def last_day(value: Any, source: str) -> date | None:
    """A date, or the date of a time stamp."""
    if value is None:
        return None
    text = as_text(value)
    try:
        return date.fromisoformat(text[:10]) if text[10:11] in ("", "T", "t", " ") else date.fromisoformat(text)
    except ValueError:
        raise _unreadable(text, source) from None


def last_day_before(value: Any, source: str) -> date | None:
    """The last day that is over when the rule ends."""
    if value is None:
        return None
    text = as_text(value)
    try:
        end = datetime.fromisoformat(text.upper())
        in_utc = end.astimezone(UTC) if end.tzinfo else end
        # 23:59 is the usual way to write the end of a day.
        return (in_utc + timedelta(minutes=1)).date() - timedelta(days=1)
    except (ValueError, OverflowError):
        raise _unreadable(text, source) from None


def _unreadable(text: str, source: str) -> UsageError:
    return UsageError(f"{source}: {text[:40]!r} is not a date", "dates are written YYYY-MM-DD")
