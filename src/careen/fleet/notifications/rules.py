"""Which events a subscription gets, and when: at once, or in a digest at a time of the day."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from careen.errors import UsageError
from careen.safety.typed import from_json

SEVERITIES = ("unknown", "negligible", "low", "medium", "high", "critical")
Kind = Literal[
    "introduced", "disclosed", "fix_available", "exploited", "end_of_life", "resolved", "source_failed", "image_ready",
    "image_failed",
]  # fmt: skip
BY_DEFAULT = ("introduced", "disclosed", "fix_available", "exploited", "end_of_life", "source_failed", "image_failed")
CONDITIONS = ("exploited", "running", "exposed", "fixable")
OF_VULNERABILITIES = frozenset(("introduced", "disclosed", "fix_available", "exploited", "resolved"))


class Digest(Struct, frozen=True, forbid_unknown_fields=True):
    """The time of a digest. ``weekday`` is for weekly ones; 0 is Monday. An hourly digest uses only the minute of
    ``at``.
    """

    every: Literal["hourly", "daily", "weekly"]
    at: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")] = "08:00"
    weekday: Annotated[int, Meta(ge=0, le=6)] = 0
    zone: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9+_/-]+\Z")] = "UTC"


class Rule(Struct, frozen=True, omit_defaults=True):
    """The conditions on events. Empty ``kinds`` means ``BY_DEFAULT``. ``severity`` is the lowest that passes; events
    without a severity pass.

    The other conditions only concern vulnerabilities: exploited, in images that run, in images that a path from the
    Internet leads to, with a fix.
    """

    kinds: tuple[Kind, ...] = ()
    severity: str = ""
    exploited: bool = False
    running: bool = False
    exposed: bool = False
    fixable: bool = False
    digest: Digest | None = None

    def wants(self, kind: str, severity: str) -> bool:
        """Whether an event of this kind and severity meets the rule. ``gathering`` checks the other conditions."""
        if kind not in (self.kinds or BY_DEFAULT):
            return False
        return not self.severity or not severity or rank(severity) >= rank(self.severity)

    @property
    def looks_closer(self) -> bool:
        return self.exploited or self.running or self.exposed or self.fixable


def rule_of(data: bytes) -> Rule:
    return from_json(data, Rule) if data else Rule()


def encoded(rule: Rule) -> bytes:
    return msgspec.json.encode(rule)


def rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def check(rule: Rule) -> None:
    """Raises UsageError if the rule's time zone is unknown on this system."""
    if rule.digest:
        _zone(rule.digest.zone)


def next_digest(digest: Digest, now: float) -> float:
    """The first time of the digest after ``now``, by the clocks of the zone, in seconds since 1970. A time that a
    change of clocks skips comes right after the change.
    """
    zone = _zone(digest.zone)
    hour, minute = int(digest.at[:2]), int(digest.at[3:])
    local = datetime.fromtimestamp(now, zone)
    if digest.every == "hourly":
        to_wait = (minute * 60 - now % 3600 - _offset_s(local) % 3600) % 3600
        return now + (to_wait or 3600)
    day = local.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None, fold=0)
    if digest.every == "weekly":
        day += timedelta(days=(digest.weekday - day.weekday()) % 7)
    step = timedelta(days=7 if digest.every == "weekly" else 1)
    while (moment := day.replace(tzinfo=zone).timestamp()) <= now:
        day += step
    return moment


def _offset_s(local: datetime) -> float:
    offset = local.utcoffset()
    return offset.total_seconds() if offset else 0.0


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{name!r} is not a time zone of this system", "write a name such as Europe/Vienna") from None
