from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.matching import TODAY, advisory, deb, pypi, run
from tests.support.reports import TOKEN

from careen.model.finding import Location, SecretPlace, SuppressedBy
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.model.report import Coverage, Reason
from careen.policy.gates import read_gate
from careen.policy.ignore_files import read_ignores
from careen.policy.policy import Policy, assess, declared_only, in_grace

ALL = Coverage("assessed", (), 1, 0)
SOME = Coverage("partially_assessed", (Reason("no_advisories", "npm: no feed", 3),), 1, 0)
FILE = Unknown("npm", Evidence("a/package.json", 0), "no JSON")
LAYER = Unknown("layer", Evidence("", 1), "truncated", whole_layer=True)


def finding(severity="high", id="CVE-1", fixed="3.0.13-1", **fields):
    (found,) = run([deb()], [advisory(id, fixed, severity=severity, status="fixed" if fixed else "open", **fields)]).findings
    return found


def applied(findings, policy, coverage=ALL, unknowns=(), **more):
    return assess(findings, coverage, unknowns, policy, TODAY, **more)


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("critical", "high", 1),
        ("high", "high", 1),
        ("medium", "high", 0),
        ("negligible", "negligible", 1),
        ("unknown", "low", 0),
        ("unknown", "unknown", 1),
        ("high", None, 0),
    ],
)
def test_the_gate(severity, fail_on, code):
    verdict = applied([finding(severity)], Policy(fail_on=(read_gate(fail_on),) if fail_on else ())).verdict
    assert (verdict.exit_code, verdict.passed) == (code, code == 0)
    assert [(rule.rule, rule.passed) for rule in verdict.rules] == ([(f"fail-on {fail_on}", code == 0)] if fail_on else [])


def test_the_gate_looks_at_what_is_sure_and_there():
    guess = finding("critical", confidence="possible")
    assert applied([guess], Policy(fail_on=(read_gate("low"),))).verdict.exit_code == 0
    assert applied([finding("critical", confidence="likely")], Policy(fail_on=(read_gate("low"),))).verdict.exit_code == 1
    package = pypi(presence="declared")
    (declared,) = run([package], [advisory("PYSEC-1", "4.2.3", "PyPI", "django", severity="critical")]).findings
    only = declared_only(Inventory(None, (package,)))
    passed = applied([declared, guess, guess], Policy(fail_on=(read_gate("low"),)), declared=only).verdict
    assert passed.exit_code == 0
    assert (passed.rules[0].rule, passed.rules[0].not_counted) == ("fail-on low", {"declared": 1, "possible": 2})
    assert applied([declared], Policy(fail_on=(read_gate("low"),))).verdict.exit_code == 1
    assert declared_only(Inventory(None, (package, pypi()))) == frozenset()


def test_a_gate_counts_possible_findings_by_its_word():
    guess = finding("critical", confidence="possible")
    for text in ("critical:possible", "possible:low", "possible"):
        verdict = applied([guess], Policy(fail_on=(read_gate(text),))).verdict
        assert (verdict.exit_code, verdict.rules[0].failed_by.count, verdict.rules[0].not_counted) == (1, 1, {})
    gates = (read_gate("low"), read_gate("critical:possible"), read_gate("kev:possible"))
    verdict = applied([guess, finding("low", id="CVE-2")], Policy(fail_on=gates)).verdict
    assert [(rule.failed_by and rule.failed_by.first, rule.not_counted) for rule in verdict.rules] == [
        (("CVE-2",), {"possible": 1}),
        (("CVE-1",), {}),
        (None, {}),
    ]


def test_possible_findings_that_a_gate_excludes_for_something_else():
    guess = finding("critical", confidence="possible")
    base = Policy(fail_on=(read_gate("low:possible"),), exclude_base=True, base_layers=guess.layer + 1)
    verdict = applied([guess], base).verdict
    assert (verdict.exit_code, verdict.rules[0].not_counted) == (0, {"possible": 1})


def test_a_possible_finding_without_a_severity_leaves_only_its_gate_undecided():
    guess = finding("unknown", confidence="possible")
    assert "unscored" not in {reason.code for reason in applied([guess], Policy(fail_on=(read_gate("high"),))).coverage.reasons}
    assessed = applied([guess], Policy(fail_on=(read_gate("high:possible"),)))
    assert "unscored" in {reason.code for reason in assessed.coverage.reasons}


def test_the_gate_does_not_count_possible_secrets():
    guess = replace(TOKEN, confidence="possible")
    (rule,) = applied([guess], Policy(fail_on=(read_gate("secret"),))).verdict.rules
    assert (rule.passed, rule.not_counted) == (True, {"possible": 1})
    for confidence in ("likely", "confirmed"):
        sure = replace(TOKEN, confidence=confidence)
        assert applied([guess, sure], Policy(fail_on=(read_gate("secret"),))).verdict.exit_code == 1


def test_a_secret_came_with_the_base_if_all_of_its_places_did():
    policy = Policy(fail_on=(read_gate("secret"),), exclude_base=True, base_layers=2)
    above = SecretPlace(Location("app/b"), "other", 2)
    assert applied([TOKEN], policy).verdict.exit_code == 0
    assert applied([replace(TOKEN, places=(above,))], policy).verdict.exit_code == 1
    assert applied([replace(TOKEN, places=(replace(above, layer=None),))], policy).verdict.exit_code == 1


def test_a_vulnerability_came_with_the_base_if_no_later_layer_adds_the_package_again():
    policy = Policy(fail_on=(read_gate("high"),), exclude_base=True, base_layers=2)
    inside, again, above = (replace(finding(), layer=0, last_layer=last) for last in (None, 1, 2))
    assert applied([inside], policy).verdict.exit_code == 0
    assert applied([again], policy).verdict.exit_code == 0
    assert applied([above], policy).verdict.exit_code == 1


def test_the_days_of_grace_end_on_the_day_that_has_them():
    young, old = (replace(finding(), fix_published=f"2026-06-{day:02}") for day in (2, 1))
    assert in_grace(young, 14, date(2026, 6, 15))
    assert not in_grace(old, 14, date(2026, 6, 15))


def test_an_unrated_finding_is_reported_or_treated_as_a_severity():
    assessed = applied([finding("unknown")], Policy(fail_on=(read_gate("high"),)))
    assert assessed.verdict.exit_code == 0
    assert assessed.coverage.verdict == "partially_assessed"
    (reason,) = assessed.coverage.reasons
    assert (reason.code, reason.packages, reason.subjects) == ("unscored", 1, (finding("unknown").package,))
    assert reason.detail == "1 vulnerability has no severity: gates of severity count it only with --unknown-as SEVERITY"
    assessed = applied([finding("unknown")], Policy(fail_on=(read_gate("high"),), unknown_as="critical"))
    assert (assessed.verdict.exit_code, assessed.coverage) == (1, ALL)
    assert assessed.findings[0].severity == "unknown"
    assert applied([finding("unknown")], Policy()).coverage == ALL


def test_what_could_not_be_completed_wins():
    assert applied([], Policy(), unknowns=[FILE]).verdict.exit_code == 0
    assert applied([], Policy(), SOME).verdict.exit_code == 0
    lost = applied([finding("critical")], Policy(fail_on=(read_gate("low"),)), unknowns=[LAYER]).verdict
    assert lost.exit_code == 3
    assert [rule.passed for rule in lost.rules] == [False, False]


@pytest.mark.parametrize(("coverage", "unknowns", "code"), [(ALL, (), 0), (SOME, (), 3), (ALL, (FILE,), 3), (ALL, (LAYER,), 3)])
def test_strict(coverage, unknowns, code):
    assert applied([], Policy(strict=True), coverage, unknowns).verdict.exit_code == code


def test_strict_fails_for_unrated_findings():
    assert applied([finding("unknown")], Policy(fail_on=(read_gate("high"),), strict=True)).verdict.exit_code == 3
    assert applied([finding("unknown")], Policy(strict=True)).verdict.exit_code == 0


def test_ignored_findings_are_suppressed_and_do_not_gate():
    ignores = read_ignores('CVE-1 until=2026-06-01 reason="accepted"', ".careenignore")
    assessed = applied([finding(), finding(id="CVE-2")], Policy(ignores=ignores))
    assert [found.id for found in assessed.findings] == ["CVE-2"]
    assert [(one.finding.id, one.by) for one in assessed.suppressed] == [
        ("CVE-1", SuppressedBy("ignore", ".careenignore:1", "accepted", "2026-06-01"))
    ]
    assert applied([finding()], Policy(fail_on=(read_gate("low"),), ignores=ignores)).verdict.exit_code == 0


def test_an_expired_rule_ignores_nothing_and_warns(caplog):
    ignores = read_ignores("CVE-1 until=2026-05-31\nCVE-9 until=2020-01-01", ".careenignore")
    assessed = applied([finding()], Policy(fail_on=(read_gate("low"),), ignores=ignores))
    assert (assessed.verdict.exit_code, len(assessed.findings)) == (1, 1)
    assert assessed.expired == ignores[:1]
    assert ".careenignore:1: the rule for CVE-1 expired on 2026-05-31" in caplog.text


def test_unfixed_findings_are_suppressed_on_request():
    assessed = applied([finding(), finding(id="CVE-2", fixed=None)], Policy(ignore_unfixed=True, fail_on=(read_gate("low"),)))
    assert [found.id for found in assessed.findings] == ["CVE-1"]
    assert assessed.suppressed[0].by == SuppressedBy("fix_state", "--ignore-unfixed", "no fixed version (open)")
    assert applied([finding(fixed=None)], Policy(ignore_unfixed=True, fail_on=(read_gate("low"),))).verdict.exit_code == 0


def test_severities_choose_what_is_listed_and_leave_the_gate_alone():
    policy = Policy(severities=frozenset({"critical"}), fail_on=(read_gate("high"),))
    assessed = applied([finding("critical"), finding("high", "CVE-2")], policy)
    assert [found.id for found in assessed.findings] == ["CVE-1"]
    assert assessed.suppressed[0].by.kind == "severity"
    assert applied([finding("high")], policy).verdict.exit_code == 1


def test_an_unknown_severity_is_listed_as_what_it_is_taken_for():
    policy = Policy(severities=frozenset({"high"}), unknown_as="high")
    assert len(applied([finding("unknown")], policy).findings) == 1
    assert len(applied([finding("unknown")], Policy(severities=frozenset({"high"}))).findings) == 0
