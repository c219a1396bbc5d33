"""The statements of a report, and that Careen reads them back with the same outcome from both formats."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import CLI, JINJA, LIBSSL, LOG4J, clean, usual, vulnerability

from careen.formats.vex.reported import reported, statements
from careen.formats.vex.vex_file import read_vex
from careen.model.finding import Fix, Suppressed, SuppressedBy, VexNote
from careen.plugins import ReportOptions
from careen.policy.about import About
from careen.policy.vex import SUPPRESSING, Statements
from careen.reports.csaf import REPORTER as CSAF
from careen.reports.openvex import REPORTER as OPENVEX

NOT_AFFECTED = SuppressedBy("vex", "v.json", "vulnerable_code_not_present", status="not_affected")
FIXED = SuppressedBy("vex", "v.json", "patched by us", status="fixed")
IGNORED = SuppressedBy("ignore", ".careenignore", "templates are ours")


def report_of(*findings, suppressed=(), **image):
    base = clean()
    return replace(base, findings=findings, suppressed=suppressed, image=replace(base.image, **image))


def statuses(report, reporter):
    """(id, package, status) of what Careen's own reader makes of the document about each of the report's vulnerabilities."""
    stream = io.StringIO()
    reporter.write(report, stream, ReportOptions())
    stated = Statements(read_vex(stream.getvalue().encode(), "report"))
    about = About(report.image, report.inventory)
    found = {}
    for finding in [*report.findings, *(entry.finding for entry in report.suppressed)]:
        statement = stated.about(finding, about)
        found[finding.id, finding.package_name] = statement and statement.status
    return found


@pytest.mark.parametrize("reporter", [OPENVEX, CSAF], ids=lambda reporter: reporter.name)
@pytest.mark.parametrize("digest", [usual().image.digest, ""])
def test_what_was_suppressed_by_vex_is_suppressed_again_and_nothing_else(reporter, digest):
    report = report_of(
        vulnerability("CVE-1", CLI),
        vulnerability("CVE-2", JINJA, confidence="possible"),
        vulnerability("CVE-3", LOG4J, aliases=("GHSA-3",)),
        suppressed=(
            Suppressed(vulnerability("CVE-1", LIBSSL), NOT_AFFECTED),
            Suppressed(vulnerability("CVE-4", JINJA), FIXED),
            Suppressed(vulnerability("CVE-5", JINJA), IGNORED),
        ),
        digest=digest,
    )
    assert statuses(report, reporter) == {
        ("CVE-1", "openssl"): "affected",
        ("CVE-2", "Jinja2"): "under_investigation",
        ("CVE-3", "org.apache.logging.log4j:log4j-core"): "affected",
        ("CVE-1", "libssl3"): "not_affected",
        ("CVE-4", "Jinja2"): "fixed",
        ("CVE-5", "Jinja2"): "affected",
    }


PAIRS = [(id, package) for id in ("CVE-2024-0001", "GHSA-x", "CVE-2024-0003") for package in (CLI, LIBSSL, JINJA, LOG4J)]
STATES = st.sampled_from(["open", "possible", "absent", NOT_AFFECTED, FIXED, IGNORED])


@given(st.lists(STATES, min_size=len(PAIRS), max_size=len(PAIRS)))
def test_any_mixture_reads_back(states):
    findings, suppressed = [], []
    expected = {}
    for (id, package), state in zip(PAIRS, states, strict=True):
        finding = vulnerability(id, package)
        if isinstance(state, SuppressedBy):
            suppressed.append(Suppressed(finding, state))
            expected[id, package.name] = state.status in SUPPRESSING
        elif state != "absent":
            findings.append(replace(finding, confidence="possible" if state == "possible" else "confirmed"))
            expected[id, package.name] = False
    report = report_of(*findings, suppressed=tuple(suppressed))
    for reporter in (OPENVEX, CSAF):
        assert {key: status in SUPPRESSING for key, status in statuses(report, reporter).items()} == expected


def test_each_status_has_its_text():
    report = report_of(
        vulnerability("CVE-1", JINJA, fix=Fix("fixed", ("3.1.3", "4.0"))),
        vulnerability("CVE-2", JINJA, vex=VexNote("affected", "v.json", "update on Friday")),
        vulnerability("CVE-3", JINJA, vex=VexNote("under_investigation", "v.json", "asked upstream")),
        vulnerability("CVE-4", JINJA, confidence="possible"),
        # Somebody who knows the image states that it is affected.
        vulnerability("CVE-5", JINJA, confidence="possible", vex=VexNote("affected", "v.json"), fix=Fix("open")),
    )
    assert {finding.id: (status, why) for finding, status, why in reported(report, None)} == {
        "CVE-1": ("affected", "Update Jinja2 from 3.0.1 to 3.1.3 or 4.0."),
        "CVE-2": ("affected", "update on Friday"),
        "CVE-3": ("under_investigation", "asked upstream"),
        "CVE-4": ("under_investigation", "3.0.1 < 9.9.9"),
        "CVE-5": ("affected", "Jinja2 3.0.1: no fixed version is known."),
    }


def test_unlisted_severities_have_no_statement():
    report = report_of(vulnerability("CVE-1", JINJA), vulnerability("CVE-2", JINJA, severity="low"))
    assert [statement.ids for statement in statements(report, {"low"})] == [("CVE-2",)]


@pytest.mark.parametrize("reporter", [OPENVEX, CSAF], ids=lambda reporter: reporter.name)
def test_an_erratum_of_several_vulnerabilities_names_none_of_them(reporter):
    spared = vulnerability("CVE-2024-0001", LIBSSL, aliases=("RHSA-2024:1", "GHSA-a"))
    other = vulnerability("CVE-2024-0002", LIBSSL, aliases=("rhsa-2024:1",))
    report = report_of(other, suppressed=(Suppressed(spared, NOT_AFFECTED),))
    assert statuses(report, reporter) == {
        ("CVE-2024-0001", "libssl3"): "not_affected",
        ("CVE-2024-0002", "libssl3"): "affected",
    }
    assert [statement.ids for statement in statements(report, None)] == [("CVE-2024-0002",), ("CVE-2024-0001", "GHSA-a")]
