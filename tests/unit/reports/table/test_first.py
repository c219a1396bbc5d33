from itertools import takewhile

import pytest
from msgspec.structs import replace
from tests.support.reports import clean, faulty, usual
from tests.support.written import written

from careen.model.advisory import SHIPPED, DatabaseInfo, SourceInfo
from careen.model.finding import ExposedSecret, Location
from careen.model.integrity import FileCounts
from careen.model.plan import Action, Change, Plan, Repair, Upgrade
from careen.model.report import Reason
from careen.output.escape import columns
from careen.plugins import ReportOptions
from careen.reports.table import REPORTER as TABLE
from careen.reports.table.first import _cut, first_lines

ACTION = Action("apt", "", "dockerfile", "…", (Upgrade("libssl3", "1", "2", 4, "pkg:deb/libssl3"),), 4)


def lines_of(report, width=80, **options):
    return ["".join(text for text, _ in line) for line in first_lines(report, ReportOptions(width=width, **options))]


def test_the_summary_and_the_steps():
    assert lines_of(usual()) == [
        "9 findings: 1 critical, 2 high, 3 medium, 1 low, 1 negligible, 1 unknown",
        "Assessed in part only: 2 reasons below the findings",
        "",
        "WHAT TO DO FIRST                                                         removes",
        "  1. upgrade log4j-core: fixes are in 2.15.0 (KEV, 1 critical)                 1",
        "  2. upgrade openssl 3.0.11-1~deb12u2: fixes are in 3.0.13-1~deb12u1           2",
        "  3. upgrade Jinja2 3.0.1: fixes are in 3.1.3                                  1",
        "",
    ]


def test_the_next_command_names_the_image_as_a_shell_takes_it():
    report = replace(usual(), image=replace(usual().image, reference="my image.tar"), plan=Plan(8, 4, 4, (ACTION,), (), ()))
    assert "  next: careen fix 'my image.tar'  (the commands; 4 of 8 vulnerabilities stay)" in lines_of(report)


def test_a_narrow_line_has_the_brief_title():
    pins = tuple(Change("pip", f"{name}/requirements.txt", "manifest", "…") for name in "ab")
    action = replace(ACTION, manager="pip", place="opt/v/python3", also=pins)
    report = replace(clean(), plan=Plan(4, 0, 0, (action,), (), ()))
    assert "  1. pip in 3 places: upgrade libssl3 1 to 2                                   4" in lines_of(report)
    wide = "\n".join(lines_of(report, width=200))
    assert "  1. pip in opt/v/python3, a/requirements.txt and 1 more place: upgrade libssl3 1 to 2  " in wide


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (".env", "remove Token of a service from .env, and revoke it"),
        ("app/settings/.env", "remove 1 secret from app/settings/.env, and revoke it"),
        ("opt/app/configuration/.env", "remove 1 secret from opt/app/configuration/.env"),
        ("var/lib/application/etc/ssl/private/server.key", "remove 1 secret from …/server.key"),
    ],
)
def test_the_step_of_a_secret_names_its_file(path, title):
    secret = next(finding for finding in faulty().findings if isinstance(finding, ExposedSecret))
    report = replace(faulty(), findings=(replace(secret, location=Location(path)),))
    assert lines_of(report)[-2].split(". ", 1)[1].startswith(f"{title} (1 {secret.severity}) ")


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


def next_of(report, **options):
    lines = lines_of(report, **options)
    start = next(index for index, line in enumerate(lines) if line.startswith("  next: "))
    return list(takewhile(bool, lines[start:]))


def test_the_command_is_in_one_piece_with_the_flags_of_the_scan():
    planned = replace(usual(), plan=Plan(8, 4, 4, (ACTION,), (), ()))
    assert next_of(planned) == [
        "  next: careen fix registry.example/shop/service:1.4",
        "        (the commands; 4 of 8 vulnerabilities stay)",
    ]
    flags = {"careen fix": "--offline --cache-dir '/a b'", "careen db update": "--cache-dir '/a b'"}
    assert (
        next_of(planned, again=flags)[0] == "  next: careen fix registry.example/shop/service:1.4 --offline --cache-dir '/a b'"
    )
    long = replace(planned, image=replace(usual().image, reference="x y" * 40))
    assert next_of(long)[0] == f"  next: careen fix '{'x y' * 40}'"
    endless = replace(planned, image=replace(usual().image, reference="x" * 301))
    assert next_of(endless)[0] == "  next: careen fix REFERENCE  (the commands; 4 of 8 vulnerabilities stay)"


def test_a_terminal_of_24_lines_shows_the_command_below_a_long_header():
    long = replace(usual().image, reference="registry.example/" + "shop/" * 20, opened="docker-archive:image.tar")
    integrity = replace(usual().inventory.integrity, files=FileCounts(9, 3, 3, 3))
    inventory = replace(usual().inventory, integrity=integrity)
    many = tuple(replace(ACTION, place=f"app/{number}") for number in range(9))
    report = replace(usual(), image=long, inventory=inventory, plan=Plan(80, 44, 4, many, (), ()))
    lines = written(TABLE, report, width=80).splitlines()
    assert sum(line.startswith("  next: careen fix") for line in lines[:24]) == 1
    assert "     and 4 more steps (--all lists them)" in lines


def test_the_database_comes_first_if_there_is_none():
    shipped, own = (
        SourceInfo("debian-archive", "2026-11-23", 9, url=SHIPPED),
        SourceInfo("private", "2026-11-23", 9, url="/srv/a"),
    )
    planned = replace(usual(), plan=Plan(8, 4, 4, (ACTION,), (), ()), database=DatabaseInfo(SHIPPED, "", (shipped,)))
    assert next_of(planned, again={"careen db update": "--cache-dir c"}) == [
        "  next: careen db update --cache-dir c", "        (for the advisories that this scan lacks)",
    ]  # fmt: skip
    with_own = replace(planned, database=DatabaseInfo(SHIPPED, "", (shipped, own)))
    assert next_of(with_own)[0].startswith("  next: careen fix")


def test_steps_without_a_vulnerability():
    repair = Repair("secret", ("x",), "remove it", (), (), (), 1, ("f",))
    assert next_of(replace(clean(), plan=Plan(0, 0, 0, (), (), (), repairs=(repair,))))[0].endswith("(the steps in full)")


@pytest.mark.parametrize(
    ("title", "width", "cut"),
    [
        ("Container is privileged: k.yaml:9", 40, "Container is privileged: k.yaml:9"),
        ("Container runtime socket is mounted (docker, containerd): k.yaml:11", 45, "Container runtime socket is …: k.yaml:11"),
        ("move to a supported release: Debian GNU/Linux 11 ended", 33, "move to a supported release …"),
        ("a" * 50, 20, None),
    ],
)
def test_titles_are_cut_between_words(title, width, cut):
    found = _cut(title, width)
    assert len(found) <= width
    assert cut is None or found == cut
