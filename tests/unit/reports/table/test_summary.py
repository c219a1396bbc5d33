"""Counts of findings by severity and fix."""

from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, clean, faulty, usual

from careen.model.image import BaseImage
from careen.model.report import Reason
from careen.plugins import ReportOptions
from careen.reports.table.summary import summary_lines


def summary(report):
    return ["".join(text for text, _ in line) for line in summary_lines(report, ReportOptions(width=80))]


def test_totals():
    lines = summary(replace(usual(), findings=(*usual().findings, TOKEN, ROOT_USER), suppressed=()))
    assert lines[0].split() == ["FINDINGS", "fixed", "no", "fix", "yet", "won't", "fix", "secrets", "misconfig.", "total"]
    rows = {cells[0]: cells[1:] for line in lines[1:8] if (cells := line.split())}
    assert rows == {
        "critical": ["1", "-", "-", "1", "-", "2"],
        "high": ["-", "1", "1", "-", "1", "3"],
        "medium": ["3", "-", "-", "-", "-", "3"],
        "low": ["-", "1", "-", "-", "-", "1"],
        "negligible": ["-", "1", "-", "-", "-", "1"],
        "unknown": ["-", "1", "-", "-", "-", "1"],
        "total": ["4", "4", "1", "1", "1", "11"],
    }
    assert lines[8] == "(8 distinct vulnerabilities, each counted once per package)"
    assert len({len(line) for line in lines[:8]}) == 1
    assert len(lines[0]) <= 80


def test_each_vulnerability_of_one_package_needs_no_count():
    assert not any("counted once" in line for line in summary(replace(usual(), findings=usual().findings[1:2])))


def test_findings_of_the_base_image():
    based = replace(usual(), base=BaseImage("debian:12", None, 1, "label"))
    assert "(6 of them came with the base image)" in summary(based)
    assert "(6 of them came with the base image; --fail-on excludes them)" in summary(replace(based, base_excluded=True))


def test_nothing_found():
    assert summary(replace(faulty(), findings=(), suppressed=())) == ["No finding in 2 files.", ""]
    assert summary(clean("not_assessed", (Reason("no_database", ""),)))[0] == (
        "This image was not assessed: its vulnerabilities are unknown."
    )
    folder = clean("not_assessed", (Reason("no_packages", ""),))
    folder = replace(folder, image=replace(folder.image, kind="directory"))
    assert summary(folder)[0] == "This folder was not assessed: its vulnerabilities are unknown."
    assert summary(clean())[0] == "No known vulnerability in 5 of 5 packages; data of 2026-11-23."


def test_possible_findings_are_counted_apart():
    first, *others = usual().findings
    assert not any("possible" in line for line in summary(usual()))
    line = "(1 of them only possible, which gates do not count)"
    assert line in summary(replace(usual(), findings=(replace(first, confidence="possible"), *others)))
