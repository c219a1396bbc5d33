import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import HOSTILE, JINJA, LOG4J, clean, faulty, hostile, usual, vulnerability
from tests.support.written import written

from careen.model.finding import Fix
from careen.model.report import Comparison, Gone, Rule, Verdict
from careen.reports.markdown import CHANGES, MAX, REPORTER

# What is left of the text when code is taken out: our own words.
OWN = re.compile(r"[\w .,:;#|()*\n-]*(?:[✅❌…][\w .,:;#|()*\n-]*)*")


def test_the_most_severe_first_and_what_removes_it():
    lines = written(REPORTER, usual()).splitlines()
    start = lines.index("### What to do first")
    assert lines[start + 2 : start + 6] == [
        f"1. `upgrade {LOG4J.name} 2.14.1: fixes are in 2.15.0 or 2.12.2 or 2.3.1`: removes 1 (1 critical)",
        "2. `upgrade openssl 3.0.11-1~deb12u2: fixes are in 3.0.13-1~deb12u1`: removes 2 (2 medium)",  # with libssl3
        "3. `upgrade Jinja2 3.0.1: fixes are in 3.1.3`: removes 1 (1 medium)",
        "",
    ]
    groups = [line for line in lines if line.startswith("<details>")]
    assert groups[0] == "<details><summary><code>org.apache.logging.log4j:log4j-core 2.14.1</code>: 1 critical</summary>"
    assert groups[1] == "<details><summary><code>linux-libc-dev 6.1.66-1</code>: 2 high, 1 low</summary>"
    assert lines.count("</details>") == len(groups)


def test_many_fixed_versions_of_a_package_are_counted():
    shell = usual().findings[3]
    found = [replace(shell, id=f"CVE-2026-{number:04}", fix=Fix("fixed", (f"3.{number // 4}",))) for number in range(18)]
    lines = written(REPORTER, replace(usual(), findings=tuple(found))).splitlines()
    assert lines[lines.index("### What to do first") + 2] == (
        f"1. `upgrade {LOG4J.name} 2.14.1: fixes are in 3.0, 3.1, 3.2 and 2 more`: removes 18 (18 critical)"
    )


def test_findings_in_files():
    out = written(REPORTER, faulty())
    assert "- **high** `DKR-001` in line 7: `Container runs as root: USER root`: `Name another USER.`" in out.splitlines()
    assert "1. `remove Token of a service from app/settings.py, and revoke it`: removes 1 (1 critical): `Remove it from" in out


def test_it_is_compared_with_the_report_of_the_target_branch():
    first, *rest = usual().findings
    new = replace(first, change="introduced")
    gone = tuple(Gone(vulnerability(f"CVE-2000-{number}", JINJA), "upgraded") for number in range(CHANGES + 2))
    report = replace(usual(), findings=(new, *rest), compared=Comparison("main.json", 1, 8, gone))
    out = written(REPORTER, report)
    assert "### Compared with `main.json`\n\n**1 new**, **52 gone**, 8 unchanged\n" in out
    assert f"<details><summary>New: 1 {new.severity}</summary>\n\n- **{new.severity}** `{new.id}`" in out
    assert "<details><summary>Gone: 52 high</summary>\n\n- **high** `CVE-2000-0` `Jinja2 3.0.1`" in out
    assert "- and 2 more findings" in out
    assert "Compared" not in written(REPORTER, usual())


@pytest.mark.parametrize("count", [0, 1, 40, 3000])
@pytest.mark.parametrize("text", ["x", "<&>" * 200])
@pytest.mark.parametrize("of_one_package", [True, False])
def test_it_fits_into_a_comment_and_counts_what_is_left_out(count, text, of_one_package):
    shell = usual().findings[3]
    found = tuple(
        replace(shell, id=f"CVE-2026-{number:05}", package_name=f"{text}{'' if of_one_package else number}", summary=text)
        for number in range(count)
    )
    out = written(REPORTER, replace(usual(), findings=found))
    assert len(out) <= MAX
    assert out.count("<details>") == out.count("</details>")
    shown = len(re.findall(r"^- \*\*critical", out, re.MULTILINE))
    left = sum(int(text.replace(",", "")) for text in re.findall(r"^(?:- and )?([\d,]+) more findings?\b", out, re.MULTILINE))
    assert shown + left == count


@pytest.mark.parametrize(
    "text", [*HOSTILE, "`x`", "```", "a|b", "@user #1 ![x](https://evil.example)", "</code></summary>", "`" * 9]
)
def test_text_of_images_is_code(text):
    assert_inert(written(REPORTER, hostile(text)))


@given(st.text())
def test_any_text_is_code(text):
    assert_inert(written(REPORTER, hostile(text)))


def assert_inert(out):
    rest = re.sub(r"`[^`\n]+`", "", out)
    rest = re.sub(r"<details><summary><code>([^<>\n]*)</code>", lambda match: html.unescape(match[1]) and "", rest)
    rest = rest.replace("</summary>", "").replace("</details>", "")
    assert OWN.fullmatch(rest), rest


def test_a_tick_only_for_a_gate_that_passed_with_everything_assessed():
    gate = Verdict(True, 0, (Rule("fail-on high", True),))
    assert "✅" in written(REPORTER, replace(clean(), verdict=gate))
    assert "✅" not in written(REPORTER, replace(clean("partially_assessed"), verdict=gate))
    assert "✅" not in written(REPORTER, clean())
    assert "❌" in written(REPORTER, usual())
