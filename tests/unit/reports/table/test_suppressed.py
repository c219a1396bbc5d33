"""Suppressed findings, by what suppressed them."""

from msgspec.structs import replace
from tests.support.reports import JINJA, TOKEN, clean, usual, vulnerability

from careen.model.finding import Suppressed, SuppressedBy
from careen.plugins import ReportOptions
from careen.reports.table.suppressed import MAX_DECISIONS, suppressed_lines


def lines(report, **options):
    return ["".join(text for text, _ in line) for line in suppressed_lines(report, ReportOptions(width=80, **options))]


def ignored(number, source):
    by = SuppressedBy("ignore", source, "not reachable", "2027-01-31")
    return Suppressed(vulnerability(f"CVE-{number}", JINJA), by)


def test_a_decision_has_its_reason_place_and_last_day():
    report = replace(clean(), suppressed=(ignored(1, "rules:2"),))
    assert lines(report) == [
        "1 finding suppressed by an ignore rule",
        "  - CVE-1 in Jinja2 3.0.1 (not reachable), by rules:2 until 2027-01-31",
    ]
    assert [line for line in lines(usual()) if line.startswith("1 finding")] == [
        "1 finding suppressed by an ignore rule",
        "1 finding suppressed by a VEX statement",
    ]


def test_findings_of_one_decision_are_one_line():
    report = replace(clean(), suppressed=(ignored(1, "rules:2"), ignored(2, "rules:2")))
    assert lines(report)[1].startswith("  - CVE-1 in Jinja2 3.0.1 and 1 more (not reachable)")
    assert "CVE-1 in Jinja2 3.0.1, CVE-2 in Jinja2 3.0.1" in " ".join(lines(report, verbose=True))


def test_many_decisions_are_cut():
    report = replace(clean(), suppressed=tuple(ignored(number, f"rules:{number}") for number in range(MAX_DECISIONS + 2)))
    assert lines(report)[-1] == "  and 2 more (--all lists them)"
    assert sum(line.startswith("  - ") for line in lines(report)) == MAX_DECISIONS
    assert sum(line.startswith("  - ") for line in lines(report, verbose=True)) == MAX_DECISIONS + 2


def test_what_no_person_decided_is_counted():
    report = replace(clean(), suppressed=(Suppressed(TOKEN, SuppressedBy("plugin", "", "")),) * 2)
    assert lines(report) == ["2 findings suppressed by plugin (see --format json)"]


def test_text_of_a_rule_is_escaped():
    by = SuppressedBy("ignore", "a\x1b[2J", "b\x1b[2J", "c\x1b[2J")
    report = replace(clean(), suppressed=(Suppressed(TOKEN, by),))
    assert not any("\x1b" in line for line in lines(report))
