from msgspec.structs import replace
from tests.support.reports import clean, faulty, usual

from careen.model.plan import Action, Plan, Upgrade
from careen.model.report import Reason
from careen.output.escape import columns
from careen.plugins import ReportOptions
from careen.reports.table.first import first_lines

ACTION = Action("apt", "", "dockerfile", "…", (Upgrade("libssl3", "1", "2", 4, "pkg:deb/libssl3"),), 4)


def lines_of(report, width=80, **options):
    return ["".join(text for text, _ in line) for line in first_lines(report, ReportOptions(width=width, **options))]


def test_the_summary_and_the_steps():
    assert lines_of(usual()) == [
        "9 findings: 1 critical, 2 high, 3 medium, 1 low, 1 negligible, 1 unknown",
        "Assessed in part only: 2 reasons below the findings",
        "",
        "WHAT TO DO FIRST                                                         removes",
        "  1. upgrade org.apache.log…4.1: fixes are in 2.15.0 or 2.12.2 or 2.3.1        1",
        "  2. upgrade openssl 3.0.11-1~deb12u2: fixes are in 3.0.13-1~deb12u1           2",
        "  3. upgrade Jinja2 3.0.1: fixes are in 3.1.3                                  1",
        "",
    ]


def test_the_next_command_names_the_image_as_a_shell_takes_it():
    report = replace(usual(), image=replace(usual().image, reference="my image.tar"), plan=Plan(8, 4, 4, (ACTION,), (), ()))
    assert "  next: careen fix 'my image.tar'  (the commands; 4 of 8 vulnerabilities stay)" in lines_of(report)


def test_more_steps_than_five_are_counted():
    many = replace(faulty(), findings=tuple(replace(faulty().findings[0], id=f"DKR-{number:03}") for number in range(8)))
    assert "     and 3 more steps (--all lists them)" in lines_of(many)
    assert sum("Container runs as root" in line for line in lines_of(many)) == 5
    assert sum("Container runs as root" in line for line in lines_of(many, verbose=True)) == 8
    assert max(map(columns, lines_of(many))) <= 80


def test_what_was_not_assessed_comes_before_anything_else():
    lines = lines_of(clean("not_assessed", (Reason("no_database", "there is no advisory database", 5),)))
    assert lines[:2] == ["No finding in what was assessed", "Not assessed: 1 reason below the findings"]
    assert lines[2].startswith("  next: careen db update")


def test_nothing_found_is_no_praise():
    assert lines_of(clean()) == ["No finding", ""]
