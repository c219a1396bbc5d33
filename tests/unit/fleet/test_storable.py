"""Verdicts as they are stored: their findings encoded, their counts computed."""

import msgspec
from msgspec.structs import replace
from tests.support.matching import pypi
from tests.support.reports import vulnerability

from careen.fleet.assessing import Assessed
from careen.fleet.digests import digest_of, joined
from careen.fleet.storable import COUNTS, Storable, storable
from careen.fleet.verdict_rows import Row, changes_in, has_lost
from careen.fleet.verdicts import Gap, Verdict, unpacked
from careen.model.finding import Fix, Vulnerability
from careen.safety.typed import from_msgpack

DJANGO = pypi()
HIGH = vulnerability("CVE-1", DJANGO, risk=7.5, kev=True, fix=Fix("fixed", ("9",)))
POSSIBLE = vulnerability("CVE-2", DJANGO, severity="critical", confidence="possible", risk=9.0)
NEGLIGIBLE = vulnerability("CVE-3", DJANGO, severity="negligible", risk=0.5, fix=Fix("unknown"))
SOURCES = frozenset({("PyPI", "django"), ("", "CVE-1")})


def stored_form(*found, **verdict):
    return storable(Assessed(Verdict(found, assessed=1, **verdict), SOURCES))


def test_it_has_what_is_stored():
    form = stored_form(HIGH, POSSIBLE, NEGLIGIBLE, gaps=(Gap("partial_source", 1), Gap("no_index", 1)))
    assert from_msgpack(msgspec.msgpack.encode(form), Storable) == form  # it crosses processes
    assert dict(zip(COUNTS, form.counts, strict=True)) == {
        "assessed": 1, "lowered": 1, "risk": 7500, "critical": 0, "high": 1, "medium": 0, "low": 1, "unrated": 0,
        "fixable": 1, "exploited": 1,
    }  # fmt: skip
    assert [(id, package) for id, package, _ in form.findings] == [
        (one.id, DJANGO.purl) for one in (HIGH, POSSIBLE, NEGLIGIBLE)
    ]
    assert from_msgpack(form.findings[0][2], Vulnerability) == HIGH
    assert unpacked(form.verdict) == Verdict(gaps=(Gap("partial_source", 1), Gap("no_index", 1)), assessed=1)
    assert (form.reasons, form.sources, form.needs_day) == ("no_index partial_source", SOURCES, False)


def test_only_findings_that_differ_are_decoded():
    later = replace(NEGLIGIBLE, fix=Fix("fixed", ("10",)))
    before, after = stored_form(HIGH, NEGLIGIBLE), stored_form(HIGH, later, POSSIBLE)
    stored = {7: {(id, package): data for id, package, data in before.findings}}
    unreadable = (HIGH.id, HIGH.package, b"\xc1")  # the same on both sides
    stored[7][unreadable[:2]] = unreadable[2]
    findings = (unreadable, *after.findings[1:])
    after = msgspec.structs.replace(after, findings=findings, digests=joined(map(digest_of, findings)))
    changed = changes_in(stored, [(Row(7, b"", "", b"", b""), after)])[7]
    assert [finding for finding, _ in changed.added] == [POSSIBLE]
    assert [pair[:2] for pair in changed.replaced] == [(NEGLIGIBLE, later)]
    assert changed.gone == []


def test_findings_whose_digests_are_stored_are_left_out():
    before = stored_form(HIGH, NEGLIGIBLE)
    row = Row(7, b"", "", b"", b"", before.digests)
    after = storable(Assessed(Verdict((HIGH, NEGLIGIBLE, POSSIBLE), assessed=1), SOURCES), row.digests)
    assert [id for id, _, _ in after.findings] == [POSSIBLE.id] and not has_lost(row, after)
    changed = changes_in({}, [(row, after)])[7]
    assert [finding for finding, _ in changed.added] == [POSSIBLE] and not changed.before


def test_what_is_gone_or_replaced_is_looked_for_in_the_stored_findings():
    later = replace(NEGLIGIBLE, fix=Fix("fixed", ("10",)))
    before = stored_form(HIGH, NEGLIGIBLE, POSSIBLE)
    row = Row(7, b"", "", b"", b"", before.digests)
    after = storable(Assessed(Verdict((HIGH, later), assessed=1), SOURCES), row.digests)
    assert [id for id, _, _ in after.findings] == [NEGLIGIBLE.id] and has_lost(row, after)
    stored = {7: {(id, package): data for id, package, data in before.findings}}
    changed = changes_in(stored, [(row, after)])[7]
    assert (changed.added, [pair[:2] for pair in changed.replaced]) == ([], [(NEGLIGIBLE, later)])
    assert changed.gone == [POSSIBLE]
