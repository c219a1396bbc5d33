"""Another policy over a saved report decides as it did over the scan."""

from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.app.wiring import policy_of
from careen.config import settings_of
from careen.model.report import Reason
from careen.policy.about import About
from careen.policy.policy import assess
from careen.policy.reapplied import reapplied

TODAY = date(2026, 11, 24)


def policy(**settings):
    return policy_of(settings_of(settings))


@pytest.mark.parametrize("rules", [{"fail_on": "high"}, {"fail_on": "low", "ignore_unfixed": True}, {"fail_on": "kev,fixable"}])
def test_the_same_findings_give_the_same_verdict(rules):
    report = usual()
    database = report.database.loaded if report.database else frozenset()
    about = About(report.image, report.inventory)
    whole = assess(report.findings, report.coverage, report.unknowns, policy(**rules), TODAY, about=about, sources=database)
    found = reapplied(report, policy(**rules), TODAY)
    assert (found.findings, found.verdict) == (whole.findings, whole.verdict)
    assert found.suppressed == (*report.suppressed, *whole.suppressed)


def test_without_gates_the_verdict_stays():
    found = reapplied(usual(), policy(ignore_unfixed=True), TODAY)
    assert found.verdict == usual().verdict and len(found.findings) < len(usual().findings)


def test_a_report_that_did_not_look_for_vulnerabilities_passes_no_gate_of_them():
    reasons = (Reason("not_asked", "vulnerabilities were not looked for"),)
    coverage = replace(usual().coverage, verdict="not_assessed", reasons=reasons)
    found = reapplied(replace(usual(), database=None, coverage=coverage, findings=()), policy(fail_on="critical"), TODAY)
    assert (found.verdict.passed, found.verdict.exit_code) == (False, 3)


def test_reasons_of_the_gates_of_its_own_scan_do_not_count():
    own = Reason("unscored", "no severity")
    report = replace(usual(), coverage=replace(usual().coverage, reasons=(own,)), findings=())
    assert "unscored" not in {reason.code for reason in reapplied(report, policy(fail_on="low"), TODAY).coverage.reasons}


def test_no_entry_accepts_a_file_of_the_distribution():
    files = Reason("unidentified_files", "programs of nobody", 2, subjects=("/opt/own", "/usr/bin/changed"))
    inventory = replace(usual().inventory, owned=("usr/bin/changed",))
    report = replace(usual(), coverage=replace(usual().coverage, reasons=(files,)), inventory=inventory)
    rules = policy(fail_on="kev", strict=True, accept=("unidentified_files:/**",))
    (left,) = [reason for reason in reapplied(report, rules, TODAY).coverage.reasons if reason.code == files.code]
    assert left.subjects == ("/usr/bin/changed",)
