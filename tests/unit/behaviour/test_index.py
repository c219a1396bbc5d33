from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.index import part_of, scored
from careen.behaviour.rules import Rule, found

SEVERITIES = ["high", "medium", "low", "negligible"]


def finding(severity="high", id="CAP-001", package="", confidence="confirmed"):
    return found(Rule(id, "a", severity, "b", "c"), "p", "m", package=package, confidence=confidence)


def test_nothing_is_zero_and_each_part_has_a_score():
    index, parts = scored([], ("hardening", "hooks"))
    assert index == 0
    assert [(part.part, part.findings, part.score) for part in parts] == [("hardening", 0, 0), ("hooks", 0, 0)]


def test_confidence_and_ownership_lower_the_share():
    def of(**fields):
        return scored([finding(**fields)], ())[0]

    assert of() == 40
    assert of(confidence="possible") == 16
    assert of(package="pkg:a/b") == 24


def test_ids_name_their_part():
    assert [part_of(finding(id=id)) for id in ("HRD-001", "HOK-001", "MAL-101", "COD-1", "UDF-1", "LIF-1", "YAR-x")] == [
        "hardening", "hooks", "names", "code", "fixes", "life", "capabilities",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(SEVERITIES), max_size=30), st.sampled_from(SEVERITIES))
def test_the_index_never_falls_when_a_finding_is_added(severities, more):
    before = scored([finding(one) for one in severities], ())[0]
    after = scored([finding(one) for one in (*severities, more)], ())[0]
    assert before <= after <= 100
