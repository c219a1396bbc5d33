"""Rules for every reporter: hostile text stays text, totals agree, the order is stable."""

import json
import re
import unicodedata
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from msgspec import Struct
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean, faulty, hostile, usual
from tests.support.written import written

from careen.cli.main import main
from careen.model.finding import Location, Misconfiguration, Suppressed, SuppressedBy
from careen.model.report import Rule, Verdict
from careen.plugins import Reporter, load

OWN_COMMAND = re.compile(r"::(error|warning|notice) [^:\n]*::")
OF_ANY_KIND = ("annotations", "csv", "html", "junit", "markdown", "template", "tree")
REPORTERS = load("careen.reports", "REPORTER", Reporter)


class NewKind(Misconfiguration, frozen=True, tag_field="kind", tag="new"):
    id: str = "NEW-001"
    title: str = "A new rule"
    severity: str = "low"
    location: Location = Location("new/file", 3)
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    fingerprint: str = "new"


class Unrelated(Struct, frozen=True, tag_field="kind", tag="unrelated"):
    """Not even a subclass of a known kind, and without a place."""

    id: str = "NEW-002"
    title: str = "Another rule"
    severity: str = "high"
    fingerprint: str = "unrelated"


@pytest.fixture(params=REPORTERS, ids=lambda reporter: reporter.name)
def reporter(request):
    return request.param


def test_every_format_is_described(reporter):
    assert reporter.description
    assert "/" in reporter.media_type


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("width", [0, 80])
def test_hostile_text_acts_nowhere(reporter, text, width):
    out = written(reporter, hostile(text), width=width)
    out.encode()  # no lone surrogates
    if reporter.media_type == "text/csv":
        out = out.replace("\r\n", "\n")  # the end of a row by RFC 4180
    acting = {c for c in out if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"}
    assert not acting
    if reporter.media_type.endswith("json") or "+json" in reporter.media_type:
        json.loads(out)
    if reporter.media_type.endswith("xml"):
        ElementTree.fromstring(out)
    commands = [line for line in out.splitlines() if line.strip().startswith("::")]
    assert all(reporter.name == "annotations" and OWN_COMMAND.match(line) for line in commands)
    assert not re.search(r"##[a-z]*\[", out)


@pytest.mark.parametrize("text", ["two\nlines", "two\r\nlines", "two\x85lines", "two\u2028lines", "two\x0blines"])
def test_a_line_break_in_a_name_makes_no_row_of_its_own(reporter, text):
    plain, other = written(reporter, hostile("two-lines"), width=0), written(reporter, hostile(text), width=0)
    assert len(other.splitlines()) == len(plain.splitlines())


def test_colour_lets_nothing_through(reporter):
    out = written(reporter, hostile("\x1b[2J[red]x[/red]"), color=True)
    assert "\x1b[2J" not in out
    assert "[red]x[/red]" in unquote(out)


def test_the_order_is_stable(reporter):
    report = usual()
    packages = report.inventory.packages[::-1]
    turned = replace(report, findings=report.findings[::-1], inventory=replace(report.inventory, packages=packages))
    assert written(reporter, report) == written(reporter, turned)


def test_a_new_kind_of_finding_is_listed_without_a_change(reporter):
    """Its fields are those that all kinds have."""
    new = (NewKind(), Unrelated())
    ignored = tuple(Suppressed(finding, SuppressedBy("ignore", "rules", "known")) for finding in new)
    report = replace(faulty(), findings=(*faulty().findings, *new), suppressed=ignored)
    if reporter.name in OF_ANY_KIND:
        out = written(reporter, report)
        assert all(text in out for text in ("NEW-001", "A new rule", "new/file", "NEW-002", "Another rule"))


def test_findings_in_files_have_their_lines(reporter):
    out = written(reporter, faulty(), width=0, verbose=True)
    if not reporter.with_places:
        return
    assert all(text in out for text in ("build/Dockerfile", "DKR-001", "USER root", "tok_…(redacted)", "example-token"))
    assert re.search(r"\b7\b", out)


def test_a_partial_answer_is_marked(reporter):
    if not reporter.with_coverage:
        return
    assert re.search("partially_assessed|[Aa]ssessed in part", written(reporter, clean("partially_assessed")))
    assert re.search("not_assessed|[Nn]ot assessed", written(reporter, clean("not_assessed")))


ABSOLUTE = re.compile(
    r"\b(safe|clean|secure|no vulnerabilities|vulnerability[- ]free|all good|nothing to worry)\b", re.IGNORECASE
)


@pytest.mark.parametrize("coverage", ["assessed", "partially_assessed"])
@pytest.mark.parametrize("verbose", [False, True])
def test_a_report_that_passes_claims_no_more_than_was_looked_at(reporter, coverage, verbose):
    passed = clean(coverage)
    passed = replace(passed, verdict=Verdict(True, 0, (Rule("--fail-on high", True),)))
    assert not ABSOLUTE.search(written(reporter, passed, verbose=verbose, width=100))


def test_nor_does_the_command_line(tmp_path, capsys):
    """Whatever the reporters do not write: the lines on standard error, other commands."""
    (tmp_path / "requirements.txt").write_text("left-alone==1.0\n")
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nUSER 1000\n")
    for command in (["scan", str(tmp_path)], ["check", str(tmp_path / "Dockerfile")], ["inventory", str(tmp_path)]):
        main([*command, "--offline", "--log-level", "debug"] if command[0] != "inventory" else command)
        printed = capsys.readouterr()
        assert printed.out
        assert not ABSOLUTE.search(printed.out + printed.err)
