import io
import re

import pytest
from msgspec.structs import replace
from tests.support.reports import JINJA, clean, usual, vulnerability

from careen.model.finding import AdvisoryReference, Fix
from careen.model.inventory import Unknown
from careen.model.origin import Origin
from careen.model.package import Evidence
from careen.model.report import FailedBy, Reason, Rule, Verdict
from careen.output.escape import columns
from careen.plugins import ReportOptions
from careen.reports.table import REPORTER
from careen.reports.table.vulnerabilities import KERNEL


def table(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return stream.getvalue()


def line(text, part):
    (found,) = [line for line in text.splitlines() if part in line]
    return found


def test_fits_into_80_columns():
    assert max(columns(line) for line in table(usual()).splitlines()) <= 80


def test_a_row_has_risk_severity_layer_exploitation_and_fix():
    assert line(table(usual()), "CVE-2021-44228").split() == [
        *("99.1", "critical", "CVE-2021-44228", "2", "KEV", "94%"),
        *("2.15.0,", "2.12.2,", "2.3.1"),
    ]
    assert "no fix yet" in line(table(usual()), "CVE-2099-0001")


def test_binary_packages_of_one_source_are_one_group_with_one_row_a_vulnerability():
    text = table(usual())
    assert line(text, "deb: libssl3") == "openssl 3.0.11-1~deb12u2  deb: libssl3, openssl"
    assert text.count("CVE-2023-5678") == 1
    assert "(8 distinct vulnerabilities, each counted once per package)" in text


@pytest.mark.parametrize(
    ("origin", "title"),
    [
        (Origin("pypi:jinja2", ("2.11.0",), "high", nearest=True), "jinja2 (nearest known 2.11.0)  pypi:"),
        (Origin("pypi:jinja2", ("2.1", "2.2", "2.3", "2.4"), "high"), "jinja2 (one of 2.1, 2.2, 2.3 …)  pypi:"),
    ],
)
def test_versions_of_code_that_only_its_content_identifies(origin, title):
    report, copy = usual(), replace(JINJA, version="", origin=origin)
    packages = tuple(copy if package == JINJA else package for package in report.inventory.packages)
    findings = tuple(
        replace(found, package=copy.purl, package_version="") if getattr(found, "package", "") == JINJA.purl else found
        for found in report.findings
    )
    report = replace(report, inventory=replace(report.inventory, packages=packages), findings=findings, plan=None)
    assert title in table(report).lower()


def test_groups_are_sorted_by_risk():
    text = table(usual()).partition("EXPLOIT")[2]
    titles = ["log4j-core 2.14.1", "linux 6.1.66-1", "openssl 3.0.11", "Jinja2 3.0.1"]
    assert sorted(titles, key=text.index) == titles


def test_kernel_headers_and_negligible_are_summed_up_unless_asked_for():
    text = table(usual())
    assert "2 high, 1 low" in text
    assert "CVE-2023-6931" not in text
    assert "CVE-2007-6755" not in text
    all_of_it = table(usual(), verbose=True)
    assert "CVE-2023-6931" in all_of_it
    assert "CVE-2007-6755" in all_of_it


@pytest.mark.parametrize(
    ("name", "is_kernel"),
    [
        *((name, True) for name in ("linux", "linux-aws-5.15", "linux-hwe-6.8", "linux-libc-dev", "linux-headers")),
        *(
            (name, True)
            for name in ("kernel-headers", "kernel-uek-devel", "kernel-default-devel", "linux-glibc-devel", "kernel")
        ),
        *((name, False) for name in ("linux-pam", "linux-atm", "linuxptp", "linux-base", "util-linux", "kernelshark")),
    ],
)
def test_packages_of_the_kernels_sources(name, is_kernel):
    assert (KERNEL.fullmatch(name) is not None) is is_kernel


def test_totals_count_every_finding_by_severity_and_fix():
    lines = table(usual(), severities=frozenset({"critical"})).splitlines()
    assert [part for part in lines if part.startswith("total")] == [
        "total                   4            4            1        9"
    ]
    assert "8 findings of other severities not listed" in lines


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        ("assessed", "No known vulnerability in 5 of 5 packages; data of 2026-11-23."),
        ("partially_assessed", "No known vulnerability in 3 of 5 packages; data of 2026-11-23."),
        ("not_assessed", "This image was not assessed: its vulnerabilities are unknown."),
    ],
)
def test_no_findings_does_not_claim_more_than_was_assessed(coverage, sentence):
    reasons = () if coverage == "assessed" else (Reason("no_advisories", "npm: no feed", 12),)
    text = table(clean(coverage, reasons))
    assert sentence in text.splitlines()
    assert ("npm: no feed (12 packages)" in text) == (coverage != "assessed")
    assert not re.search(r"\b0 (vuln|finding)", text)


def test_each_next_step_is_shown_once():
    text = table(clean("not_assessed", (Reason("no_advisories", "npm: no feed"), Reason("no_advisories", "Go: no feed"))))
    assert text.count("next:") == text.count("next: careen db update") == 2  # at the top, and below the reasons


def test_many_unreadable_files_are_counted():
    report = replace(usual(), unknowns=tuple(Unknown("npm", Evidence(f"{i}.json", 0), "no JSON") for i in range(25)))
    assert "15 more files that could not be read" in table(report)
    assert "24.json" in table(report, verbose=True)


def test_the_verdict():
    failed = Verdict(
        False, 1, (Rule("fail-on low", False, FailedBy(12, ("CVE-1", "CVE-2", "CVE-3", "CVE-4")), {"possible": 2}),)
    )
    assert table(replace(usual(), verdict=failed), width=0).endswith(
        "fail-on low: failed (CVE-1, CVE-2, CVE-3 and 9 more) (not counted: 2 possible)\n"
        "FAILED (exit code 1): fail-on low (CVE-1, CVE-2, CVE-3 and 9 more)\n"
    )
    rule = Verdict(True, 0, (Rule("fail-on critical", True),))
    reach = "PASSED: No known vulnerability in {} of 5 packages; data of 2026-11-23.\n"
    assert table(replace(clean(), verdict=rule)).endswith("fail-on critical: passed\n" + reach.format(5))
    assert table(replace(clean("partially_assessed"), verdict=rule)).endswith(reach.format(3))
    assert table(replace(clean("not_assessed"), verdict=rule)).endswith(
        "PASSED: None of 5 packages was assessed; data of 2026-11-23.\n"
    )
    assert "INCOMPLETE (exit code 3): nothing was assessed" in table(replace(usual(), verdict=Verdict(False, 3)))


def test_colour_changes_no_text():
    plain, coloured = table(usual()), table(usual(), color=True)
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", coloured).splitlines() == [*plain.splitlines()]


def test_an_id_is_a_link_on_a_terminal_if_its_advisory_has_a_page():
    links = re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b\\([^\x1b]*)", table(usual(), color=True))
    assert ("https://osv.example/CVE-2021-44228", "CVE-2021-44228") in links
    odd = vulnerability("CVE-1", JINJA, advisories=(AdvisoryReference("CVE-1", "osv", "javascript:alert(1)"),))
    assert "\x1b]8;" not in table(replace(usual(), findings=(odd,)), color=True)


def test_a_pipe_gets_paths_whole():
    long = "opt/" + "very/" * 40 + "METADATA"
    finding = vulnerability("CVE-1", JINJA, paths=(long,))
    report = replace(usual(), findings=(finding,))
    assert long in table(report, width=0)
    assert long not in table(report)


def test_a_long_list_of_fixes_goes_on_below():
    finding = vulnerability("CVE-1", JINJA, fix=Fix("fixed", tuple(f"1.{i}.0" for i in range(30))))
    text = table(replace(usual(), findings=(finding,)))
    assert "1.29.0" in text
    assert max(columns(line) for line in text.splitlines()) <= 80


def test_short_ids_leave_more_room():
    reports = [replace(usual(), findings=(vulnerability(id, JINJA),)) for id in ("CVE-2024-1", "GHSA-jfh8-c2jp-5v3q")]
    heads = [line(table(report), "FIXED IN") for report in reports]
    assert [head.index("LAYER") for head in heads] == [36, 42]


def test_a_release_past_its_end_of_life_shows_the_date():
    assert "out of support since 2024-06-30" in table(replace(usual(), end_of_life="2024-06-30"))
