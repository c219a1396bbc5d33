from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, usual

from careen.model.package import Evidence
from careen.output.summary import by_severity, by_severity_and_fix, merged, ordered


def test_places_of_one_package_are_evidence_of_one_entry():
    there = replace(JINJA, evidence=(Evidence("venv/METADATA", 0), Evidence("venv/METADATA", 0)))
    assert [(purl, [place.path for place in one.evidence]) for purl, one in merged([JINJA, there, LIBSSL])] == [
        (LIBSSL.purl, ["var/lib/dpkg/status"]),
        (JINJA.purl, ["venv/METADATA", JINJA.evidence[0].path]),
    ]


def test_the_same_package_owned_by_another_is_another_entry():
    owned = replace(JINJA, owned_by="pkg:deb/debian/python3-jinja2@3.0.1-1")
    assert [one.owned_by for _, one in merged([owned, JINJA])] == [None, owned.owned_by]


def test_the_riskiest_comes_first_whatever_the_order():
    findings = usual().findings
    assert [one.id for one in ordered(findings)][:2] == ["CVE-2021-44228", "CVE-2023-6931"]
    assert ordered(reversed(findings)) == ordered(findings)


def test_counts_have_every_severity():
    findings = usual().findings
    assert by_severity(findings) == {"critical": 1, "high": 2, "medium": 3, "low": 1, "negligible": 1, "unknown": 1}
    assert by_severity(()) == dict.fromkeys(by_severity(findings), 0)
    assert by_severity_and_fix(findings)["high", "wont_fix"] == 1
    assert sum(by_severity_and_fix(findings).values()) == len(findings)
