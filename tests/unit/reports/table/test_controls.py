"""A compliance view, control by control."""

from careen.model.report import Compliance, Control
from careen.reports.table.controls import control_lines

CONTROLS = (
    Control("4.1", "Run as a user", "fail", ("IMG-001", "IMG-002"), ("IMG-001",), 2, 1),
    Control("4.10", "No secrets", "pass", ("secret",), suppressed=1),
    Control("4.2", "Trusted base", "not_assessed", reason="a matter of process"),
)


def lines_of(width=100, verbose=False):
    lines = control_lines(Compliance("cis", "CIS Docker", CONTROLS), width, verbose)
    return ["".join(text for text, _ in line) for line in lines]


def test_each_control_with_what_shows_it():
    assert lines_of() == [
        "CIS Docker",
        "",
        "  4.1   FAIL  Run as a user",
        "              2 findings: IMG-001 (1 suppressed)",
        "  4.10  pass  No secrets",
        "              nothing found by secret (1 suppressed)",
        "  4.2   -     Trusted base",
        "",
        "1 passed, 1 failed, 1 not assessed",
        "--verbose shows why a control was not assessed, and lists the findings.",
        "",
    ]


def test_verbose_shows_why_a_control_was_not_assessed():
    lines = lines_of(verbose=True)
    assert lines[7] == "              a matter of process"
    assert lines[-2] == "1 passed, 1 failed, 1 not assessed"


def test_reasons_are_broken_at_the_width():
    assert max(map(len, lines_of(20))) <= 71
    assert any(line.strip() == "(1 suppressed)" or "suppressed)" in line for line in lines_of(20))
