from careen.behaviour.rules import MAX_EVIDENCE, Rule, found

RULE = Rule("HRD-900", "a sign", "low", "why", "fix", ("CWE-693",))


def test_a_finding_has_the_fields_of_its_rule_and_place() -> None:
    finding = found(RULE, "usr/bin/tool", "it is a sign", line=3, layer=1, package="pkg:deb/debian/tool@1", evidence=("a",))
    assert (finding.id, finding.severity, finding.confidence) == ("HRD-900", "low", "likely")
    assert (finding.location.path, finding.location.line, finding.layer) == ("usr/bin/tool", 3, 1)
    assert (finding.package, finding.evidence, finding.references) == ("pkg:deb/debian/tool@1", ("a",), ("CWE-693",))


def test_severity_and_confidence_of_a_place_replace_those_of_the_rule() -> None:
    finding = found(RULE, "a", "b", severity="high", confidence="possible")
    assert (finding.severity, finding.confidence) == ("high", "possible")


def test_the_fingerprint_depends_on_the_message_unless_something_lasts() -> None:
    assert found(RULE, "a", "2 files").fingerprint != found(RULE, "a", "3 files").fingerprint
    assert found(RULE, "a", "2 files", lasting="x").fingerprint == found(RULE, "a", "3 files", lasting="x").fingerprint


def test_evidence_is_bounded() -> None:
    finding = found(RULE, "a", "b", evidence=["x" * 1000] * 100)
    assert len(finding.evidence) == MAX_EVIDENCE
    assert max(map(len, finding.evidence)) == 300
