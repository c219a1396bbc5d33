"""Gaps of the coverage that the user accepts."""

from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.reports import clean

from careen.errors import UsageError
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.model.report import Accepted, Coverage, Reason
from careen.policy.accept import Accept, made, read_accept, settle, suggested

TODAY = date(2026, 6, 1)


def coverage(*reasons):
    return Coverage("partially_assessed", reasons, 1, 0)


def files(*paths, code="unidentified_files"):
    return Reason(code, "files without an owner", subjects=paths)


@pytest.mark.parametrize(
    ("what", "subject", "expected"),
    [
        ("", "/opt/a", True),
        ("*", "/opt/a/b", True),
        ("/opt", "/opt/a/b", True),
        ("/opt/*", "/opt/a", True),
        ("/opt/*", "/opt/a/b", False),
        ("/opt/**", "/opt/a/b", True),
        ("opt/**", "/opt/a", False),
        ("pkg:npm/a", "pkg:npm/a@1", True),
        ("pkg:npm/b", "pkg:npm/a@1", False),
        ("DEBIAN-*", "debian-12", True),
        ("debian-1", "debian-12", False),
    ],
)
def test_what_an_entry_covers(what, subject, expected):
    assert Accept("unidentified_files", what, "--accept").covers(subject) is expected


def test_an_entry_as_a_flag():
    assert read_accept(" Unidentified_Files : /opt/** ") == Accept("unidentified_files", "/opt/**", "--accept")
    assert read_accept("end_of_life").what == ""


def test_a_flag_with_nothing_behind_the_colon_does_not_accept_everything():
    with pytest.raises(UsageError, match="--accept unidentified_files:: nothing follows the colon"):
        read_accept("unidentified_files: ")


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("no_database", "--accept no_database: this cannot be accepted", "careen db update"),
        ("unidentified_file", "unknown code of a reason", "did you mean unidentified_files?"),
        ("xyzzy", "unknown code of a reason", "--suggest-accept"),
    ],
)
def test_codes_that_cannot_be_accepted(code, message, hint):
    with pytest.raises(UsageError, match=message) as caught:
        read_accept(code)
    assert hint in caught.value.hint
    with pytest.raises(UsageError, match=f"f:3: '{code}'"):
        made(code, "", "f:3")


def test_a_reason_keeps_what_no_entry_covers():
    reason = files("/opt/a", "/opt/b", "/srv/c")
    settled = settle(coverage(reason), (), [read_accept("unidentified_files:/opt")], (), TODAY)
    (left,) = settled.coverage.reasons
    assert left.subjects == ("/srv/c",)
    assert left.detail == "files without an owner (1 of 3 not accepted: /srv/c)"
    assert settled.coverage.accepted == (Accepted("unidentified_files", ("/opt/a", "/opt/b"), "--accept"),)


def test_reasons_that_are_covered_whole_and_not_at_all():
    accepts = [read_accept("unidentified_files:/opt")]
    assert settle(coverage(files("/opt/a")), (), accepts, (), TODAY).coverage.reasons == ()
    other = files("/srv/c"), files("/opt/a", code="unpinned")
    assert settle(coverage(*other), (), accepts, (), TODAY).coverage.reasons == other


def test_packages_are_counted_anew_if_all_subjects_that_are_left_are_packages():
    reason = Reason("unassessed_package", "x", 5, ("pkg:npm/a@1", "pkg:npm/b@1"))
    settled = settle(coverage(reason), (), [read_accept("unassessed_package:pkg:npm/a")], (), TODAY)
    assert settled.coverage.reasons[0].packages == 1
    mixed = replace(reason, subjects=("pkg:npm/a@1", "npm"))
    settled = settle(coverage(mixed), (), [read_accept("unassessed_package:pkg:npm/a")], (), TODAY)
    assert settled.coverage.reasons[0].packages == 5


def test_a_reason_without_subjects_is_accepted_whole_or_not():
    reason = Reason("end_of_life", "over")
    assert settle(coverage(reason), (), [read_accept("end_of_life:debian-12")], (), TODAY).coverage.reasons == (reason,)
    settled = settle(coverage(reason), (), [read_accept("end_of_life")], (), TODAY)
    assert (settled.coverage.reasons, settled.coverage.accepted) == ((), (Accepted("end_of_life", (), "--accept"),))


def test_no_entry_covers_a_file_of_the_distribution_or_a_layer_that_was_not_read_whole():
    accepts = [read_accept("unidentified_files"), read_accept("unreadable")]
    read = Unknown("npm", Evidence("opt/x", 0), "odd")
    whole = Unknown("layer", Evidence("", 1), "cut", whole_layer=True)
    settled = settle(coverage(files("/usr/bin/a", "/opt/b")), [read, whole], accepts, ["usr/bin/a"], TODAY)
    assert settled.coverage.reasons[0].subjects == ("/usr/bin/a",)
    assert settled.unknowns == (whole,)
    assert settled.coverage.accepted[-1] == Accepted("unreadable", ("/opt/x",), "--accept")


def test_an_entry_applies_through_its_last_day():
    today = made("unidentified_files", "", "f:1", "ours", "team", TODAY)
    over = replace(today, until=date(2026, 5, 31))
    assert settle(coverage(files("/a")), (), [today], (), TODAY).coverage.accepted == (
        Accepted("unidentified_files", ("/a",), "f:1", "ours", "team", "2026-06-01"),
    )
    settled = settle(coverage(files("/a")), (), [over], (), TODAY)
    assert (settled.coverage.reasons, settled.expired) == ((files("/a"),), (over,))


def suggestions(*reasons, owned=(), unknowns=()):
    report = replace(clean(), coverage=coverage(*reasons), inventory=Inventory(None, (), owned=owned), unknowns=unknowns)
    return {suggestion.code: suggestion.subjects for suggestion in suggested([report, report])}


def test_suggested_entries():
    assert suggestions(files("/opt/a", "/opt/b", "/opt/c")) == {"unidentified_files": ("/opt/a", "/opt/b", "/opt/c")}
    assert suggestions(files(*(f"/opt/{name}" for name in "abcd"))) == {"unidentified_files": ("/opt/**",)}
    assert suggestions(files(*(f"/{name}" for name in "abcd"))) == {"unidentified_files": ("/a", "/b", "/c", "/d")}
    assert suggestions(Reason("unassessed_package", "", 2, ("pkg:npm/@a/b@1?x=y", "pkg:npm/@a/b@2", "npm"))) == {
        "unassessed_package": ("pkg:npm/@a/b", "npm")
    }
    assert suggestions(Reason("unassessed_package", "", 1, ("pkg:npm/@a/b?x=y@1",))) == {
        "unassessed_package": ("pkg:npm/@a/b",)
    }
    assert suggestions(Reason("no_database", ""), Reason("end_of_life", "over")) == {"end_of_life": ()}


def test_a_suggestion_has_each_detail_once():
    report = replace(clean(), coverage=coverage(Reason("unpinned", "a"), Reason("unpinned", "b"), Reason("unpinned", "a")))
    (suggestion,) = suggested([report])
    assert suggestion.details == ("a", "b")


def test_a_file_with_the_name_of_a_pattern_is_suggested_literally():
    assert suggestions(files("/opt/**")) == {"unidentified_files": ("/opt/[*][*]",)}


def test_nothing_is_suggested_for_what_cannot_or_need_not_be_accepted():
    assert suggestions(Reason("no_database", ""), Reason("fixed_only", "")) == {}
    assert suggestions(files("/usr/bin/a"), owned=("usr/bin/a",)) == {}
