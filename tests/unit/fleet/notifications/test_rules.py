"""What a rule wants, and the moments of digests."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.errors import UsageError
from careen.fleet.notifications.rules import BY_DEFAULT, Digest, Rule, check, encoded, next_digest, rule_of


def moment(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_kinds_and_severities():
    assert Rule().wants("disclosed", "low") and not Rule().wants("image_ready", "") and not Rule().wants("resolved", "high")
    assert not Rule(("resolved",)).wants("disclosed", "low") and Rule(("resolved",)).wants("resolved", "low")
    assert Rule(severity="high").wants("disclosed", "critical") and not Rule(severity="high").wants("disclosed", "medium")
    assert Rule(severity="high").wants("source_failed", "")
    assert set(BY_DEFAULT) == {kind for kind in BY_DEFAULT if Rule().wants(kind, "unknown")}


def test_a_rule_survives_its_row():
    digest = Digest("weekly", "07:30", 4, "Europe/Vienna")
    rule = Rule(("exploited",), "high", exploited=True, running=True, exposed=True, fixable=True, digest=digest)
    assert rule_of(encoded(rule)) == rule and rule_of(b"") == Rule() and rule_of(encoded(Rule())) == Rule()


@pytest.mark.parametrize(
    ("digest", "now", "wanted", "zone"),
    [
        (Digest("hourly", "00:15"), "2026-03-01T10:14:59", "2026-03-01T10:15:00", "UTC"),
        (Digest("hourly", "00:15"), "2026-03-01T10:15:00", "2026-03-01T11:15:00", "UTC"),
        (Digest("hourly", "00:00", 0, "Asia/Kolkata"), "2026-03-01T10:14:00", "2026-03-01T11:00:00", "Asia/Kolkata"),
        (Digest("daily", "08:00", 0, "Europe/Vienna"), "2026-03-01T07:59:00", "2026-03-01T08:00:00", "Europe/Vienna"),
        (Digest("daily", "08:00", 0, "Europe/Vienna"), "2026-03-01T08:00:00", "2026-03-02T08:00:00", "Europe/Vienna"),
        # the clocks go forward at 02:00 on 29 March: 08:00 stays 08:00
        (Digest("daily", "08:00", 0, "Europe/Vienna"), "2026-03-28T09:00:00", "2026-03-29T08:00:00", "Europe/Vienna"),
        (Digest("daily", "02:30", 0, "Europe/Vienna"), "2026-03-28T09:00:00", "2026-03-29T03:30:00", "Europe/Vienna"),
        (Digest("weekly", "08:00", 0), "2026-11-28T00:00:00", "2026-11-30T08:00:00", "UTC"),
        (Digest("weekly", "08:00", 5), "2026-11-28T08:00:00", "2026-12-05T08:00:00", "UTC"),
    ],
)
def test_the_next_digest(digest, now, wanted, zone):
    assert next_digest(digest, moment(now, zone)) == moment(wanted, zone)


@given(
    every=st.sampled_from(["hourly", "daily", "weekly"]),
    zone=st.sampled_from(["UTC", "Europe/Vienna", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
    now=st.integers(1_700_000_000, 1_900_000_000),
    minute=st.integers(0, 1439),
)
def test_a_digest_is_in_the_future_and_not_too_far(every, zone, now, minute):
    found = next_digest(Digest(every, f"{minute // 60:02}:{minute % 60:02}", 2, zone), now)
    longest = {"hourly": 1, "daily": 25, "weekly": 7 * 24 + 2}[every]
    assert now < found <= now + longest * 3600 + (0 if every == "hourly" else 3600)


def test_an_unknown_zone():
    check(Rule(digest=Digest("daily", zone="UTC")))
    for name in ("Europe/Atlantis", "../../etc/passwd", "/etc/localtime"):
        with pytest.raises(UsageError, match="zone"):
            check(Rule(digest=Digest("daily", zone=name)))
