"""The table "What passes when" of docs/gates.md, cell by cell, and the rows that it words as exceptions."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.matching import TODAY, advisory, deb, run
from tests.support.reports import ROOT_USER, TOKEN, clean

from careen.errors import UsageError
from careen.matching.risk import risk_of
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.model.reasons import EFFECTS, NOT_ACCEPTED
from careen.model.report import Coverage, FailedBy, Reason
from careen.policy.accept import made, read_accept, suggested
from careen.policy.gates import read_gate
from careen.policy.load import load_policy
from careen.policy.policy import UNRATED_IMPACT, Policy, assess

PAGE = Path(__file__).parents[3] / "docs" / "gates.md"
FLAGS = (
    Policy(),
    Policy(fail_on=(read_gate("high"),)),
    Policy(fail_on=(read_gate("config:high"),)),
    Policy(strict=True),
)
FULL = Coverage("assessed", (), 1, 0, packages=1, assessed_packages=1)
SCORED_APART = ("unscored", "no_exploit_data", "no_lifecycle_data")  # made by the gate itself: tested below


def rows():
    text = PAGE.read_text("utf-8")
    table = text[text.index("## What passes when") : text.index("## What you vouch for")]
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        codes = re.findall(r"`(\w+)`", cells[0])
        if len(cells) == 6 and codes:
            yield codes, [int(found[0]) if (found := re.match(r"\d", cell)) else None for cell in cells[2:]]


def covered(code, *subjects):
    return Coverage("partially_assessed", (Reason(code, "so it is", 3, subjects),), 1, 0, packages=3)


def code_of(policy, coverage=FULL, findings=(), unknowns=(), **more):
    return assess(findings, coverage, unknowns, policy, TODAY, **more).verdict.exit_code


def finding(severity, id="CVE-1"):
    (found,) = run([deb()], [advisory(id, "3.0.13-1", severity=severity, status="fixed")]).findings
    return found


CELLS = [
    (code, policy, wanted)
    for codes, exits in rows()
    for code in codes
    for policy, wanted in zip(FLAGS, exits, strict=True)
    if code not in SCORED_APART and (code != "no_database" or policy.strict or policy.fail_on == FLAGS[1].fail_on)
]  # without a database a scan ends with 3 whatever the rules: tests/e2e/test_first_ten_minutes.py


@pytest.mark.parametrize(("code", "policy", "wanted"), CELLS)
def test_each_cell(code, policy, wanted):
    assert code_of(policy, covered(code)) == wanted


def test_the_table_has_every_code_once_or_words_why():
    listed = [code for codes, _ in rows() for code in codes]
    assert set(listed) == set(EFFECTS)
    assert [code for code in EFFECTS if listed.count(code) != 1] == ["unscored"]


def test_every_code_that_the_sources_use_is_in_the_table():
    """Wherever it is made: of a reason, or of an unknown, whose code becomes that of a reason."""
    text = "".join(path.read_text("utf-8") for path in (PAGE.parents[1] / "src" / "careen").rglob("*.py"))
    forms = (r'\bcode="([a-z_]+)"', r'\bcode: ClassVar\[str\] = "([a-z_]+)"', r'\bReason\(\s*"([a-z]+_[a-z_]+)"')
    made = {code for form in forms for code in re.findall(form, text)}
    assert len(made) > 20
    assert made <= set(EFFECTS)


def test_everything_assessed_passes_with_any_flag():
    assert [code_of(policy) for policy in FLAGS] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("gate", "wanted"), [("critical", 1), ("low", 1), ("vulnerability:high", 1), ("kev", 0), ("fixable:high", 0), ("secret", 0)]
)
def test_the_end_of_support_fails_a_gate_of_severity_alone(gate, wanted):
    policy = Policy(fail_on=(read_gate(gate),))
    (rule, *_) = assess([], covered("end_of_life", "debian-9"), (), policy, TODAY, sources={"kev"}).verdict.rules
    assert code_of(policy, covered("end_of_life", "debian-9"), sources={"kev"}) == wanted
    assert rule.failed_by == (FailedBy(1, ("end_of_life: debian-9",)) if wanted else None)


def test_old_data_fails_without_a_gate_if_an_age_is_set():
    assert code_of(Policy(age_is_a_rule=True), covered("stale_source")) == 3


@pytest.mark.parametrize(
    ("policy", "unfetched", "wanted"),
    [
        (Policy(fail_on=(read_gate("high"),)), {"CVE-1"}, 3),
        (Policy(fail_on=(read_gate("high"),)), set(), 0),
        (Policy(fail_on=(read_gate("high"),), unknown_as="low"), {"CVE-1"}, 0),
        (Policy(fail_on=(read_gate("high"),), unknown_as="high"), {"CVE-1"}, 1),
        (Policy(fail_on=(read_gate("secret:high"),)), {"CVE-1"}, 0),
        (Policy(fail_on=(read_gate("unknown"),)), {"CVE-1"}, 1),
        (Policy(), {"CVE-1"}, 0),
        (Policy(fail_on=(read_gate("high"),), strict=True), set(), 3),
    ],
)
def test_unrated_findings(policy, unfetched, wanted):
    assert code_of(policy, replace(FULL, unfetched=tuple(unfetched)), [finding("unknown")]) == wanted


@pytest.mark.parametrize(("gate", "wanted"), [("risk=60", 3), ("risk=50", 1), ("kev:risk=60", 3), ("kev", 1)])
def test_a_gate_of_risk_does_not_pass_for_want_of_scores(gate, wanted):
    exploited = replace(finding("unknown"), kev=True, risk=risk_of("unknown", None, None, exploited=True, fixable=True))
    known = {"coverage": replace(FULL, unfetched=("CVE-1",)), "sources": {"kev", "epss"}}
    assert exploited.risk == 100 * UNRATED_IMPACT
    assert code_of(Policy(fail_on=(read_gate(gate),)), findings=[exploited], **known) == wanted
    assert code_of(Policy(fail_on=(read_gate("risk=60"),)), findings=[replace(exploited, risk=29.9)], **known) == 0


@pytest.mark.parametrize(("gate", "wanted"), [("high", 3), ("kev", 3), ("secret", 0)])
def test_days_of_grace_need_to_know_what_is_exploited(gate, wanted):
    policy = Policy(fail_on=(read_gate(gate),), grace_days=14)
    assert code_of(policy, sources={"debian"}) == wanted
    assert code_of(policy, sources={"debian", "kev"}) == 0
    assert code_of(replace(policy, grace_days=0), sources={"debian"}) == (3 if gate == "kev" else 0)


def test_a_policy_in_rego_needs_what_a_gate_needs():
    assert code_of(Policy(has_rego=True), covered("no_advisories", "npm")) == 3
    assert code_of(Policy(has_rego=True), covered("partial_source", "npm")) == 0


def test_a_gate_that_fails_anyway_ends_with_1_although_others_are_unrated():
    policy = Policy(fail_on=(read_gate("high"),))
    assert code_of(policy, replace(FULL, unfetched=("CVE-1",)), [finding("unknown"), finding("high", "CVE-2")]) == 1


@pytest.mark.parametrize(
    ("gate", "sources", "wanted"),
    [("kev", {"debian"}, 3), ("kev", {"kev"}, 0), ("epss=1%", {"kev"}, 3), ("risk=50", {"kev"}, 3), ("high", set(), 0)],
)
def test_a_gate_of_exploits_needs_their_data(gate, sources, wanted):
    assert code_of(Policy(fail_on=(read_gate(gate),)), sources=sources) == wanted


@pytest.mark.parametrize(
    ("gate", "wanted"), [("high", 3), ("any:low", 3), ("config:high", 0), ("secret", 0), ("fixable:high", 0), ("kev", 0)]
)
def test_a_gate_of_severity_needs_to_know_whether_the_release_has_ended(gate, wanted):
    policy = Policy(fail_on=(read_gate(gate),))
    without_date = replace(FULL, without_lifecycle="debian-9")
    assert code_of(policy, without_date, sources={"kev"}) == wanted
    assert code_of(policy, sources={"kev"}) == 0
    vouched = replace(policy, accepts=(read_accept("no_lifecycle_data:debian-9"),))
    assert code_of(vouched, without_date, sources={"kev"}) == 0


def test_without_a_gate_the_end_of_the_release_does_not_count():
    assert code_of(Policy(strict=True), replace(FULL, without_lifecycle="debian-9")) == 0


@pytest.mark.parametrize("code", ["unreadable", "over_budget", "ambiguous_archive"])
def test_a_lost_layer_is_3_with_any_flag(code):
    lost = Unknown("layer", Evidence("", 1), "it breaks off", whole_layer=True, code=code)
    assert [code_of(policy, unknowns=[lost]) for policy in FLAGS] == [3, 3, 3, 3]
    # and it cannot be accepted
    assert code_of(Policy(strict=True, accepts=(read_accept(code),)), covered(code, "layer-1"), unknowns=[lost]) == 3


def test_3_takes_precedence_over_1_and_the_rule_shows_the_failure():
    verdict = assess([finding("high")], covered("no_advisories", "npm"), (), FLAGS[1], TODAY).verdict
    assert (verdict.exit_code, [rule.passed for rule in verdict.rules]) == (3, [False, False])
    assert verdict.rules[0].failed_by == FailedBy(1, ("CVE-1",))
    assert verdict.rules[1].failed_by == FailedBy(1, ("no_advisories: npm",))


def test_a_bare_severity_leaves_misconfigurations_out_and_counts_them():
    verdict = assess([ROOT_USER], FULL, (), FLAGS[1], TODAY).verdict
    assert (verdict.exit_code, verdict.rules[0].not_counted) == (0, {"misconfiguration": 1})
    assert code_of(FLAGS[1], findings=[TOKEN]) == 1
    for gate in ("config:high", "any:high", "misconfiguration:high"):
        assert code_of(Policy(fail_on=(read_gate(gate),)), findings=[ROOT_USER]) == 1


# --- what the user vouches for ---


@pytest.mark.parametrize("code", sorted(set(EFFECTS) - set(NOT_ACCEPTED) - set(SCORED_APART)))
def test_what_is_accepted_stops_counting_and_is_recorded(code):
    accepts = (read_accept(code),)
    for policy in FLAGS:
        assert code_of(Policy(fail_on=policy.fail_on, strict=policy.strict, accepts=accepts), covered(code)) == 0
    assessed = assess([], covered(code, "npm"), (), Policy(strict=True, accepts=accepts), TODAY)
    assert [(one.code, one.subjects, one.source) for one in assessed.coverage.accepted] == [(code, ("npm",), "--accept")]
    assert assessed.coverage.reasons == ()


@pytest.mark.parametrize("code", sorted(NOT_ACCEPTED))
def test_what_has_a_flag_of_its_own_cannot_be_accepted(code):
    with pytest.raises(UsageError, match="cannot be accepted"):
        read_accept(code)


@pytest.mark.parametrize(
    ("entry", "subjects", "left"),
    [
        ("unidentified_files:/opt/app/**", ("/opt/app/server", "/usr/bin/x"), ("/usr/bin/x",)),
        ("unidentified_files:/opt/app", ("/opt/app/bin/server", "/opt/apple"), ("/opt/apple",)),
        ("unidentified_files:/opt/app/*", ("/opt/app/server", "/opt/app/sub/planted"), ("/opt/app/sub/planted",)),
        ("unidentified_files:/opt/*/bin", ("/opt/app/bin", "/opt/app/bin/planted"), ("/opt/app/bin/planted",)),
        ("unidentified_files:/opt/app/**/server", ("/opt/app/a/b/server", "/opt/app/server/x"), ("/opt/app/server/x",)),
        ("unidentified_files:/opt/app[1]", ("/opt/app1/server",), ("/opt/app1/server",)),
        ("unidentified_files:*.so", ("/opt/a/b.so", "/opt/b.so/planted"), ("/opt/b.so/planted",)),
        ("unidentified_files:server", ("/opt/server",), ("/opt/server",)),
        ("unidentified_files:*", ("/opt/server",), ()),
        ("unassessed_package:pkg:pypi/acme-*", ("pkg:pypi/acme-a@1", "pkg:pypi/other@1"), ("pkg:pypi/other@1",)),
        ("unassessed_package:pkg:golang/example.org/me", ("pkg:golang/example.org/me@1?x=y",), ()),
        ("no_advisories:NPM", ("npm", "pypi"), ("pypi",)),
        ("no_advisories:npm", ("npm-like",), ("npm-like",)),
        ("end_of_life:debian-9", ("debian-9",), ()),
        ("stale_source:debian", ("debian", "osv/npm"), ("osv/npm",)),
    ],
)
def test_an_entry_covers_its_subjects_alone(entry, subjects, left):
    code = entry.partition(":")[0]
    assessed = assess([], covered(code, *subjects), (), Policy(strict=True, accepts=(read_accept(entry),)), TODAY)
    assert tuple(one for reason in assessed.coverage.reasons for one in reason.subjects) == left
    assert assessed.verdict.exit_code == (3 if left else 0)


def test_what_is_left_of_a_reason_is_counted_anew():
    def detail(*entries):
        accepts = tuple(read_accept(f"unidentified_files:{entry}") for entry in entries)
        reason = covered("unidentified_files", "/opt/a", "/opt/b", "/usr/c")
        return assess([], reason, (), Policy(accepts=accepts), TODAY).coverage.reasons[0].detail

    assert detail("/srv/**") == detail() == "so it is"
    assert detail("/opt/**") == "so it is (1 of 3 not accepted: /usr/c)"


def test_an_entry_covers_no_file_of_the_distribution():
    unknown = Unknown("elf", Evidence("usr/bin/bash", 0), "it breaks off")
    reason = covered("unreadable", "/usr/bin/bash")
    accepts = (read_accept("unreadable:/usr/**"), read_accept("unreadable"))
    policy = Policy(strict=True, accepts=accepts)
    assert code_of(policy, reason, unknowns=[unknown]) == 0
    assert code_of(policy, reason, unknowns=[unknown], owned=["usr/bin/bash"]) == 3


@pytest.mark.parametrize("name", ["/**", "/opt/app/*", "/opt/[a-z]*", "/opt/?", "/opt/a\nwhat: x"])
def test_a_suggestion_covers_the_file_that_it_names_and_no_other(name):
    (suggestion,) = suggested([replace(clean(), coverage=covered("unidentified_files", name))])
    (pattern,) = suggestion.subjects
    policy = Policy(strict=True, accepts=(made("unidentified_files", pattern, "f:1"),))
    assert code_of(policy, covered("unidentified_files", name)) == 0
    assert code_of(policy, covered("unidentified_files", "/opt/app/other", "/opt/b", "/usr/bin/other")) == 3


LOST = Unknown("layer", Evidence("", 0), "it breaks off", whole_layer=True, code="over_budget")


def test_what_no_entry_covers_is_not_suggested():
    def suggestions(*subjects, owned=(), code="unidentified_files", unknowns=()):
        inventory = replace(clean().inventory, owned=owned)
        report = replace(clean(), coverage=covered(code, *subjects), unknowns=unknowns, inventory=inventory)
        return [one.subjects for one in suggested([report])]

    assert suggestions("/opt/a", "/bin/sh", owned=("bin/sh",)) == [("/opt/a",)]
    assert suggestions("/bin/sh", owned=("bin/sh",)) == []
    assert suggestions("layer-0", code="over_budget", unknowns=(LOST,)) == []
    assert suggestions("/a.deb", code="unreadable", unknowns=(replace(LOST, evidence=Evidence("a.deb", 0)),)) == []


def test_a_layer_that_was_not_read_whole_is_not_recorded_as_accepted():
    policy = Policy(strict=True, accepts=(read_accept("over_budget"),))
    assessed = assess([], covered("over_budget", "layer-0"), (LOST,), policy, TODAY)
    assert (assessed.verdict.exit_code, assessed.coverage.accepted) == (3, ())
    assert [one.code for one in assessed.coverage.reasons] == ["over_budget"]


def test_an_entry_that_ended_covers_nothing(tmp_path, caplog):
    file = tmp_path / "accepted.yaml"
    file.write_text("accept:\n  - {code: no_advisories, what: npm, reason: old, until: 2020-01-01}\n")
    policy = load_policy(fail_on=["high"], ignore_files=[file])
    assert code_of(policy, covered("no_advisories", "npm")) == 3
    assert "expired on 2020-01-01" in caplog.text


def test_an_ignore_file_names_reason_and_owner(tmp_path):
    file = tmp_path / "accepted.yaml"
    file.write_text(
        "accept:\n  - code: no_advisories\n    what: [npm, pypi]\n    reason: ours\n    owner: team\n    until: 2030-01-01\n"
    )
    assessed = assess([], covered("no_advisories", "npm"), (), load_policy(ignore_files=[file]), TODAY)
    (record,) = assessed.coverage.accepted
    assert (record.reason, record.owner, record.expires, record.source) == ("ours", "team", "2030-01-01", f"{file}:2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accept:\n  - {what: npm}\n", "has no code"),
        ("accept:\n  - {code: no_advisory}\n", "unknown code of a reason"),
        ("accept:\n  - {code: no_database}\n", "cannot be accepted"),
        ("accept:\n  - {code: no_advisories, why: me}\n", "unknown key 'why'"),
        ("accept: npm\n", "is not a list"),
        ("accept:\n  - npm\n", "is a mapping"),
    ],
)
def test_a_wrong_entry_is_an_error_with_its_line(tmp_path, text, message):
    file = tmp_path / "accepted.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=message):
        load_policy(ignore_files=[file])


def test_a_misspelt_code_is_an_error():
    with pytest.raises(UsageError, match="unknown code of a reason"):
        read_accept("no_advisory:npm")
