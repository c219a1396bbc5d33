"""What was not assessed, what is accepted, and what to do next."""

import pytest
from msgspec.structs import replace
from tests.support.reports import clean, faulty

from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.model.reasons import EFFECTS
from careen.model.report import Accepted, Reason
from careen.plugins import ReportOptions
from careen.reports.table.coverage import MAX_UNKNOWNS, NEXT_STEPS, coverage_lines


def lines_of(report, width=0, **options):
    return ["".join(text for text, _ in line) for line in coverage_lines(report, ReportOptions(width=width, **options))]


def odd(number, **changes):
    return Unknown("npm", Evidence(f"f{number}", 1), "odd", **changes)


def test_nothing_to_report():
    assert lines_of(clean()) == []


@pytest.mark.parametrize(
    ("coverage", "heading"),
    [("not_assessed", "Not assessed"), ("partially_assessed", "Assessed in part only"), ("assessed", "Worth knowing")],
)
def test_a_reason_with_its_next_step(coverage, heading):
    report = clean(coverage, (Reason("unpinned", "two are not pinned", 2),))
    assert lines_of(report) == [
        heading,
        "  - two are not pinned (2 packages)",
        "  next: pin versions: unpinned packages can only be assessed after the build, with careen scan",
        "",
    ]


def test_next_steps_are_for_known_reasons():
    assert set(NEXT_STEPS) <= set(EFFECTS)


def test_equal_steps_are_shown_once():
    report = clean("assessed", (Reason("no_database", "a"), Reason("no_advisories", "b"), Reason("strange", "c")))
    assert sum("next:" in line for line in lines_of(report)) == 1


def test_a_folder_without_packages_may_have_configuration_to_check():
    reasons = (Reason("stale_source", "old"), Reason("no_packages", "none"), Reason("container_files", "Dockerfile"))
    report = clean("not_assessed", reasons)
    steps = [line for line in lines_of(report, 200) if line.startswith("  next:")]
    assert steps == ["  next: check the reference: does this image contain a package database or an application?"]
    folder = replace(report, image=replace(report.image, kind="directory", reference="my app"))
    steps = [line for line in lines_of(folder, 200) if line.startswith("  next:")]
    assert [step.partition(",")[0] for step in steps] == ["  next: careen check 'my app'"]


def test_container_files_of_a_folder_are_for_another_command():
    report = clean("assessed", (Reason("container_files", "Dockerfile: only careen check reads it"),))
    folder = replace(report, image=replace(report.image, kind="directory", reference="app"))
    step = "  next: careen check app, for misconfigurations and for what a build will install"
    assert lines_of(folder, 200)[1:3] == ["  - Dockerfile: only careen check reads it", step]


def test_verbose_lists_several_subjects():
    report = clean("assessed", (Reason("unpinned", "x", 2, ("a", "b")), Reason("stand_in", "y", 1, ("c",))))
    assert [line.strip() for line in lines_of(report, verbose=True)[1:5]] == ["- x (2 packages)", "a", "b", "- y (1 package)"]
    assert "      c" not in lines_of(report, verbose=True)
    assert "      a" not in lines_of(report)


def test_unknowns_stand_in_for_the_reason_of_their_kind():
    report = replace(clean("assessed", (Reason("unreadable", "1 file could not be read"),)), unknowns=(odd(1),))
    assert lines_of(report)[:3] == [
        "Worth knowing",
        "  - f1 (layer 1): odd",
        "  next: careen scan registry.example/shop/service:1.4 --debug, which shows details of each file",
    ]
    files = replace(faulty(), unknowns=(odd(1),), coverage=report.coverage)
    assert lines_of(files) == ["Worth knowing", "  - f1: odd", ""]


def test_many_unknowns_are_cut_short():
    report = replace(clean(), unknowns=tuple(odd(number) for number in range(MAX_UNKNOWNS + 3)))
    assert lines_of(report)[-2] == "  - 3 more files that could not be read (--all lists them)"
    assert len(lines_of(report)) == MAX_UNKNOWNS + 3
    assert len(lines_of(report, verbose=True)) == MAX_UNKNOWNS + 3 + 2


def test_accepted_gaps():
    many = Accepted("unidentified_files", ("/a", "/b", "/c", "/d"), "f:1", "ours")
    report = clean("partially_assessed")
    report = replace(report, coverage=replace(report.coverage, accepted=(many, Accepted("end_of_life", (), "--accept"))))
    assert lines_of(report) == [
        "Accepted, not assessed",
        "  - unidentified_files: /a, /b, /c and 1 more (ours), by f:1",
        "  - end_of_life, by --accept",
        "",
    ]
    assert "/d" in lines_of(report, verbose=True)[1]


def test_without_reasons_the_verdict_still_has_its_heading():
    assert lines_of(clean("not_assessed")) == ["Not assessed", ""]


def test_notes_on_packages_that_were_assessed_are_counted_unless_there_is_something_to_do():
    reasons = (
        Reason("derived_source", "a"),
        Reason("fixed_only", "b"),
        Reason("untrusted_rules", "c"),
        Reason("unpinned", "d"),
    )
    report = clean("partially_assessed", reasons)
    assert lines_of(report)[1:4] == ["  - c", "  - d", "  - 2 notes on packages that were assessed (--all lists them)"]
    assert lines_of(report, verbose=True)[1:5] == ["  - a", "  - b", "  - c", "  - d"]
