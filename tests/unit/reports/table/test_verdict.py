"""The rules, the platforms and the exit code."""

import pytest
from msgspec.structs import replace
from tests.support.reports import clean

from careen.model.report import FailedBy, PlatformState, Rule, Verdict
from careen.plugins import ReportOptions
from careen.reports.table.verdict import verdict_lines

PASSED, FAILED = Rule("fail-on high", True), Rule("fail-on low", False, FailedBy(1, ("CVE-1",)))


def lines_of(verdict, coverage="assessed", **options):
    report = replace(clean(coverage), verdict=verdict)
    return [tuple(line) for line in verdict_lines(report, ReportOptions(**options))]


def test_no_rule():
    ((text, style),) = lines_of(Verdict(True, 0))[0]
    assert (text.startswith("No rule is set"), style) == (True, "dim")
    assert len(lines_of(Verdict(True, 0))) == 1


@pytest.mark.parametrize(
    ("verdict", "coverage", "word", "style"),
    [
        (Verdict(True, 0, (PASSED,)), "assessed", "PASSED", "bold green"),
        (Verdict(True, 0, (PASSED,)), "partially_assessed", "PASSED", "bold yellow"),
        (Verdict(False, 1, (FAILED,)), "assessed", "FAILED (exit code 1)", "bold red"),
        (Verdict(False, 3, (FAILED,)), "assessed", "INCOMPLETE (exit code 3)", "bold yellow"),
    ],
)
def test_the_last_line(verdict, coverage, word, style):
    ((text, found),) = lines_of(verdict, coverage)[-1]
    assert (text.startswith(word), found) == (True, style)


def test_rules_and_their_colours():
    lines = lines_of(Verdict(False, 1, (PASSED, FAILED)))
    assert lines[0] == (("fail-on high: passed", "green"),)
    assert lines[1] == (("fail-on low: failed (CVE-1)", "red"),)


def test_long_rules_are_indented():
    long = replace(PASSED, rule="word " * 30)
    assert [line[0][0][:2] for line in lines_of(Verdict(True, 0, (long,)))][:2] == ["wo", "  "]


def test_platforms():
    states = (PlatformState("linux/amd64", "assessed"), PlatformState("linux/s390x", "not_assessed", "no layers"))
    lines = lines_of(Verdict(True, 0, (PASSED,), states))
    assert lines[0] == (("linux/amd64: ", ""), ("assessed", ""))
    assert lines[1] == (("linux/s390x: ", ""), ("not assessed: no layers", "yellow"))
