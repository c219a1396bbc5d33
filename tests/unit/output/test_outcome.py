import pytest
from msgspec.structs import replace
from tests.support.reports import JINJA, TOKEN, clean, usual, vulnerability

from careen.model.finding import Suppressed, SuppressedBy
from careen.model.report import Accepted, FailedBy, Reason, Rule, Verdict
from careen.output.outcome import exit_line, reach, rule_line


def found(*severities):
    return replace(clean(), findings=tuple(vulnerability(f"CVE-{n}", JINJA, severity=one) for n, one in enumerate(severities)))


@pytest.mark.parametrize(
    ("severities", "sentence"),
    [
        ((), "No known vulnerability in 5 of 5 packages; data of 2026-11-23."),
        (("medium", "low"), "No known vulnerability of high or worse in 5 of 5 packages; data of 2026-11-23."),
        (("high",), "No known critical vulnerability in 5 of 5 packages; data of 2026-11-23."),
        (("critical", "low"), "2 known vulnerabilities; 5 of 5 packages assessed; data of 2026-11-23."),
        (("critical",), "1 known vulnerability; 5 of 5 packages assessed; data of 2026-11-23."),
        (("low", "unknown"), "No known vulnerability of medium or worse in 5 of 5 packages; 1 unrated; data of 2026-11-23."),
        (("unknown",), "No rated vulnerability in 5 of 5 packages; 1 unrated; data of 2026-11-23."),
    ],
)
def test_a_sentence_claims_what_is_known_and_no_more(severities, sentence):
    assert reach(found(*severities)) == sentence


@pytest.mark.parametrize(
    ("listed", "kinds", "sentence"),
    [
        ((), ("ignore",), "No known vulnerability left in 5 of 5 packages; 1 suppressed;"),
        ((), ("vex", "fix_state", "comment"), "No known vulnerability left in 5 of 5 packages; 3 suppressed;"),
        ((), ("severity",), "No known vulnerability left in 5 of 5 packages; 1 not listed;"),
        (
            ("low",),
            ("ignore", "severity"),
            "No known vulnerability of medium or worse left in 5 of 5 packages; 1 suppressed; 1 not",
        ),
        (("critical",), ("vex",), "1 known vulnerability; 5 of 5 packages assessed; 1 suppressed;"),
        (("unknown",), ("vex",), "No rated vulnerability left in 5 of 5 packages; 1 suppressed; 1 unrated;"),
    ],
)
def test_suppressed_findings_are_counted(listed, kinds, sentence):
    aside = tuple(Suppressed(vulnerability("CVE-9", JINJA), SuppressedBy(kind, "f", "r")) for kind in kinds)
    settled_secret = Suppressed(TOKEN, SuppressedBy("ignore", "f", "r"))
    assert reach(replace(found(*listed), suppressed=(*aside, settled_secret))).startswith(sentence)


def test_what_was_left_out_is_counted():
    coverage = clean("partially_assessed", (Reason("unidentified_files", "", subjects=("/a", "/b")),)).coverage
    accepted = (Accepted("no_source", ("conda", "nix"), "--accept"), Accepted("unpinned", (), "--accept"))
    report = replace(clean(), coverage=replace(coverage, accepted=accepted))
    assert reach(report).endswith("; 2 programs unidentified; 3 gaps accepted.")
    nothing = replace(clean(), coverage=replace(clean().coverage, packages=0, assessed_packages=0, data_of=None))
    assert reach(nothing) == "No package was assessed."


def test_a_rule_names_what_failed_it_and_what_it_did_not_count():
    rule = Rule("fail-on low", False, FailedBy(5, ("CVE-1", "CVE-2", "CVE-3", "CVE-4")), {"in_base": 1, "misconfiguration": 2})
    assert rule_line(rule, Verdict(False, 1)) == (
        "fail-on low: failed (CVE-1, CVE-2, CVE-3 and 2 more) (not counted: 1 in the base image, 2 misconfigurations)"
    )
    assert rule_line(Rule("fail-on kev", True), Verdict(True, 0)) == "fail-on kev: passed"
    assert rule_line(Rule("fail-on kev", True), Verdict(False, 3)) == "fail-on kev: not met by what is known"
    undecided = Rule("severities known", False, FailedBy(1, ("CVE-1",)), why="1 vulnerability has no severity yet")
    assert rule_line(undecided, Verdict(False, 3)) == "failed: 1 vulnerability has no severity yet (CVE-1)"
    incomplete = replace(usual(), verdict=Verdict(False, 3, (undecided,)))
    assert exit_line(incomplete) == "INCOMPLETE (exit code 3): 1 vulnerability has no severity yet (CVE-1)"
    failed = replace(usual(), verdict=Verdict(False, 3, (rule, Rule("fail-on kev", True), Rule("strict", False))))
    assert exit_line(failed) == "INCOMPLETE (exit code 3): fail-on low (CVE-1, CVE-2, CVE-3 and 2 more); strict"
    assert exit_line(replace(clean(), verdict=Verdict(True, 0, (rule,)))) == f"PASSED: {reach(clean())}"


def test_names_of_an_image_do_not_reach_the_terminal_raw():
    rule = Rule("fail-on \x1b[2J", False, FailedBy(1, ("unidentified_files: /\x1b[2J",)))
    assert "\x1b" not in rule_line(rule, Verdict(False, 1)) + exit_line(replace(usual(), verdict=Verdict(False, 1, (rule,))))
