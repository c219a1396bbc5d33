"""What explains a finding: its fields as names and texts, whatever kind it is."""

from tests.support.reports import hostile, usual

from careen.server.pages.explained import MOST, facts_of


def test_the_fields_of_a_vulnerability():
    finding = next(one for one in usual().findings if one.id == "CVE-2021-44228")
    facts = {fact.label: fact for fact in facts_of(finding)}
    assert facts["Why it is found"].values[0].text == "2.14.1 < 9.9.9"
    assert facts["Known exploited"].values[0].text == "yes"
    assert facts["Advisories"].values[0].link == "https://osv.example/CVE-2021-44228"
    assert next(iter(facts)) == "Why it is found"
    assert "Fingerprint" not in facts


def test_every_kind_has_some():
    for text in ("javascript:alert(1)", "<b>"):
        for finding in hostile(text).findings:
            facts = facts_of(finding)
            assert facts
            assert all(len(fact.values) <= MOST for fact in facts)
            assert not [value for fact in facts for value in fact.values if value.link.startswith("javascript")]
