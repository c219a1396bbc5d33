"""The rules of a verdict, why each failed, and the exit code."""

from collections import Counter

import pytest
from msgspec.structs import replace
from tests.support.reports import LIBSSL, ROOT_USER, TOKEN, vulnerability

from careen.formats.scans.saved_report import Saved
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.model.report import Coverage, FailedBy, Reason
from careen.policy.compare import Baseline
from careen.policy.gates import read_gate
from careen.policy.policy import Policy
from careen.policy.verdict import FIRST, Gated, verdict_of

HIGH = vulnerability("CVE-1", LIBSSL)
BASELINE = Baseline(Saved("before.json", "", (), (), (), Coverage("assessed", (), 1, 0), (), None, frozenset()))
LOW = vulnerability("CVE-2", LIBSSL, severity="low")


def verdict(*findings, policy=None, gate="high", reasons=(), coverage="assessed", unknowns=(), others=(), unscored=(), new=()):
    policy = policy or Policy(fail_on=(read_gate(gate),) if gate else ())
    covered = Coverage(coverage, tuple(reasons), 1, 0)
    gated = Gated(list(findings), list(others), Counter(new))
    return verdict_of(gated, covered, unknowns, policy, lambda finding: finding.severity, unscored)


def test_no_rule_passes():
    found = verdict(HIGH, gate="")
    assert (found.passed, found.exit_code, found.rules) == (True, 0, ())


def test_a_gate_fails_by_what_it_catches():
    found = verdict(HIGH, LOW, TOKEN)
    assert (found.passed, found.exit_code) == (False, 1)
    (rule,) = found.rules
    assert (rule.rule, rule.passed, rule.failed_by) == ("fail-on high", False, FailedBy(2, ("CVE-1", "example-token")))
    assert verdict(LOW).exit_code == 0
    assert verdict(LOW).rules[0].failed_by is None


def test_a_rule_lists_each_id_once_and_the_first_ones():
    many = [vulnerability(f"CVE-{number}", LIBSSL) for number in range(FIRST + 5)]
    (rule,) = verdict(HIGH, *many, *many).rules
    assert rule.failed_by == FailedBy(31, ("CVE-1", "CVE-0", *(f"CVE-{number}" for number in range(2, FIRST))))


def test_findings_that_are_not_counted_by_cause():
    (rule,) = verdict(ROOT_USER, others=[("in_base", HIGH), ("in_base", HIGH), ("declared", LOW)]).rules
    assert (rule.passed, rule.not_counted) == (True, {"in_base": 2, "misconfiguration": 1})
    (rule,) = verdict(ROOT_USER, gate="config:high").rules
    assert (rule.passed, rule.not_counted) == (False, {})
    assert verdict(replace(ROOT_USER, severity="low")).rules[0].not_counted == {}
    assert verdict(ROOT_USER, gate="kev").rules[0].not_counted == {}


def test_the_end_of_life_fails_a_gate_of_severity_alone():
    over = Reason("end_of_life", "over", subjects=("debian-10",))
    assert verdict(reasons=[over]).rules[0].failed_by == FailedBy(1, ("end_of_life: debian-10",))
    assert verdict(reasons=[over], gate="high:fixable").exit_code == 0
    assert verdict(reasons=[over], gate="secret:high").exit_code == 0


def test_missing_advisories_leave_a_gate_undecided_and_take_precedence():
    missing = Reason("no_advisories", "x", 3, ("npm", "gem", "cargo"))
    found = verdict(HIGH, reasons=[missing])
    assert found.exit_code == 3
    gate, blocked = found.rules
    assert not gate.passed
    assert blocked.failed_by == FailedBy(1, ("no_advisories: npm and 2 more",))
    two = replace(missing, subjects=missing.subjects[:2])
    assert verdict(reasons=[two]).rules[-1].failed_by == FailedBy(1, ("no_advisories: npm and 1 more",))
    assert verdict(reasons=[missing], gate="secret").exit_code == 0
    assert verdict(reasons=[missing], gate="").exit_code == 0
    assert verdict(reasons=[missing], policy=Policy(has_rego=True)).exit_code == 3


def test_old_data_is_a_rule_of_its_own_if_the_user_set_the_age():
    old, missing = Reason("stale_source", "x"), Reason("no_advisories", "x")
    assert verdict(reasons=[old, missing], policy=Policy()).exit_code == 0
    (rule,) = verdict(reasons=[old, missing], policy=Policy(age_is_a_rule=True)).rules
    assert rule.failed_by == FailedBy(1, ("stale_source",))


def test_missing_scores_leave_a_gate_undecided_that_would_pass():
    unrated = replace(HIGH, id="CVE-9", severity="unknown")
    found = verdict(unscored=[unrated])
    assert found.exit_code == 3
    assert found.rules[-1].rule == "severities known"
    assert found.rules[-1].failed_by == FailedBy(1, ("CVE-9",))
    assert found.rules[-1].why.startswith("1 vulnerability has no severity")
    assert verdict(unscored=[unrated, unrated]).rules[-1].why.startswith("2 vulnerabilities have no severity")
    assert verdict(HIGH, unscored=[unrated]).exit_code == 1


@pytest.mark.parametrize(
    ("cataloger", "path", "text", "name"),
    [("layer", "", "every layer read whole", "layer 2"), ("files", "a/b", "every file that was named read", "a/b")],
)
def test_what_was_not_read_whole_is_undecided_without_any_gate(cataloger, path, text, name):
    lost = Unknown(cataloger, Evidence(path, 2), "cut", whole_layer=True)
    found = verdict(gate="", unknowns=[lost])
    assert (found.exit_code, found.rules[0].rule, found.rules[0].failed_by) == (3, text, FailedBy(1, (name,)))
    assert verdict(gate="", unknowns=[replace(lost, whole_layer=False)]).exit_code == 0


def strict(**fields):
    (rule,) = verdict(policy=Policy(strict=True), **fields).rules
    return rule


def test_strict_allows_no_gap():
    assert strict().passed
    assert strict(reasons=[Reason("fixed_only", "")]).passed
    assert strict(reasons=[Reason("not_compared", "")]).failed_by == FailedBy(1, ("not_compared",))
    assert strict(reasons=[Reason("unpinned", "")]).failed_by == FailedBy(1, ("unpinned",))
    odd = Unknown("npm", Evidence("a", 0), "odd")
    assert strict(unknowns=[odd]).failed_by == FailedBy(1, ("unreadable: a",))
    assert strict(unknowns=[odd], reasons=[Reason("unreadable", "")]).failed_by == FailedBy(1, ("unreadable",))
    assert strict(coverage="not_assessed").failed_by == FailedBy(1, ("not_assessed",))


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({"baseline": BASELINE}, "new since before.json: 1 introduced, 3 newly disclosed, 2 with a new fix"),
        ({"grace_days": 1}, "a day of grace"),
        ({"grace_days": 7}, "7 days of grace"),
        ({"exclude_base": True}, "no base image is known"),
        ({"exclude_base": True, "base_layers": 2, "grace_days": 7}, "7 days of grace; without the base image"),
    ],
)
def test_the_scope_of_a_gate(fields, scope):
    (rule,) = verdict(
        policy=Policy(fail_on=(read_gate("high"),), **fields), new={"introduced": 1, "disclosed": 3, "fix_available": 2}
    ).rules
    assert rule.rule == f"fail-on high ({scope})"
