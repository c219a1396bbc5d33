"""Functions of time: ``now`` is always the same moment, so that a rendering is repeatable.

**Source:** Go, package time, "Layout".
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from careen.charts.template import TemplateError

from .numbers import whole

NOW = datetime(2020, 1, 1, tzinfo=UTC)
_LAYOUT: dict[str, Callable[[datetime], str]] = {
    "January": lambda at: f"{at:%B}",
    "Jan": lambda at: f"{at:%b}",
    "Monday": lambda at: f"{at:%A}",
    "Mon": lambda at: f"{at:%a}",
    "2006": lambda at: f"{at.year:04d}",
    "06": lambda at: f"{at:%y}",
    "01": lambda at: f"{at:%m}",
    "1": lambda at: str(at.month),
    "002": lambda at: f"{at:%j}",
    "02": lambda at: f"{at:%d}",
    "_2": lambda at: f"{at.day:2d}",
    "2": lambda at: str(at.day),
    "15": lambda at: f"{at:%H}",
    "03": lambda at: f"{at:%I}",
    "3": lambda at: str(at.hour % 12 or 12),
    "04": lambda at: f"{at:%M}",
    "4": lambda at: str(at.minute),
    "05": lambda at: f"{at:%S}",
    "5": lambda at: str(at.second),
    "PM": lambda at: f"{at:%p}",
    "pm": lambda at: f"{at:%p}".lower(),
    "MST": lambda at: "UTC",
    "-0700": lambda at: "+0000",
    "-07:00": lambda at: "+00:00",
    "Z07:00": lambda at: "Z",
}
_PARTS = re.compile("|".join(map(re.escape, sorted(_LAYOUT, key=len, reverse=True))))
_READ = {"2006": "%Y", "01": "%m", "02": "%d", "15": "%H", "04": "%M", "05": "%S", "Jan": "%b", "January": "%B", "Z07:00": "Z"}
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Moment:
    """A point in time."""

    __slots__ = ("at",)

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __str__(self) -> str:
        return self.at.strftime("%Y-%m-%d %H:%M:%S +0000 UTC")


def _now() -> Moment:
    return Moment(NOW)


def _at(value: Any) -> datetime:
    if isinstance(value, Moment):
        return value.at
    if isinstance(value, int | float):
        return datetime.fromtimestamp(min(max(value, 0), 4e9), UTC)
    return NOW


def _date(layout: str, value: Any, zone: Any = None) -> str:
    at = _at(value)
    return _PARTS.sub(lambda match: _LAYOUT[match[0]](at), layout)


def _modify(duration: str, value: Any) -> Moment:
    try:
        return Moment(_at(value) + timedelta(seconds=_seconds(duration)))
    except OverflowError:
        raise TemplateError("a date is out of range") from None


def _seconds(text: Any) -> float:
    if isinstance(text, int | float):
        return float(text)
    found = _DURATION.findall(str(text)[:200])
    total = sum(float(number) * _SECONDS[unit] for number, unit in found)
    return -total if str(text).startswith("-") and total > 0 else total


def _duration(value: Any) -> str:
    seconds = whole(value)
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    sign = "-" if seconds < 0 else ""
    return sign + (f"{hours}h{minutes}m{left}s" if hours else f"{minutes}m{left}s" if minutes else f"{left}s")


def _rounded(value: Any) -> str:
    seconds = abs(int(_seconds(value) if not isinstance(value, Moment) else 0))
    for size, unit in ((31536000, "y"), (2592000, "mo"), (86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _parsed(layout: str, text: str) -> Moment:
    form = _PARTS.sub(lambda match: _READ.get(match[0], match[0]), layout)
    try:
        return Moment(datetime.strptime(text, form).replace(tzinfo=UTC))
    except ValueError:
        raise TemplateError(f"{text[:40]!r} is not a date of this form") from None


FUNCTIONS = {
    "ago": lambda value: _duration((NOW - _at(value)).total_seconds()),
    "date": _date,
    "dateInZone": _date,
    "dateModify": _modify,
    "date_in_zone": _date,
    "date_modify": _modify,
    "duration": _duration,
    "durationRound": _rounded,
    "htmlDate": lambda value: _date("2006-01-02", value),
    "htmlDateInZone": lambda value, zone: _date("2006-01-02", value),
    "mustDateModify": _modify,
    "mustToDate": _parsed,
    "must_date_modify": _modify,
    "now": _now,
    "toDate": _parsed,
    "unixEpoch": lambda value: str(int(_at(value).timestamp())),
}
