import pytest

from careen.matching.risk import risk_of
from careen.matching.severity import best, rating, severity_of
from careen.model.advisory import Advisory, Cvss, Epss, VulnerabilityRecord


def score(value, source="nvd", version="3.1"):
    return Cvss(source, version, "CVSS:…", value)


def word(severity, source="debian"):
    return Advisory("CVE-1", source, "debian:12", "p", severity=severity)


def record(source, *cvss, severity="unknown"):
    return VulnerabilityRecord("CVE-1", source, severity=severity, cvss=cvss)


def test_the_vendors_word_outranks_every_score():
    assert severity_of([word("low")], [record("nvd", score(9.8))]) == ("low", "debian")


def test_of_several_words_the_worst_counts():
    assert severity_of([word("low"), word("high", "osv"), word("unknown")], []) == ("high", "osv")


def test_then_the_ecosystem_then_the_record_of_the_cve():
    nvd, ghsa = record("nvd", score(9.8)), record("ghsa", score(5.0, "ghsa"), severity="medium")
    assert severity_of([word("unknown")], [nvd, ghsa]) == ("medium", "ghsa")
    assert severity_of([], [nvd, record("ghsa", score(7.5, "ghsa"))]) == ("high", "ghsa")
    assert severity_of([], [nvd, record("ghsa")]) == ("critical", "nvd")


def test_no_score_is_unknown_and_never_zero():
    assert severity_of([word("unknown")], [record("nvd")]) == ("unknown", None)


@pytest.mark.parametrize(
    ("value", "version", "expected"),
    [
        (10.0, "3.1", "critical"), (9.0, "3.1", "critical"), (8.9, "4.0", "high"), (7.0, "3.0", "high"), (6.9, "3.1", "medium"),
        (4.0, "3.1", "medium"), (3.9, "3.1", "low"), (0.1, "3.1", "low"), (0.0, "3.1", "negligible"), (10.0, "2.0", "high"),
        (4.0, "2.0", "medium"), (3.9, "2.0", "low"),
    ],
)  # fmt: skip
def test_ratings_of_the_specifications(value, version, expected):
    assert rating(score(value, version=version)) == expected


def test_the_newest_cvss_of_the_best_scorer():
    old, nvd, adp, newest = score(5.0, version="2.0"), score(6.0), score(9.0, "CISA-ADP"), score(7.0, "cna", "4.0")
    assert best([old, adp, nvd]) == nvd
    assert best([old, adp]) == adp
    assert best([score(5.0, "cna"), nvd]) == nvd
    assert best([old, nvd, newest]) == newest
    assert best([]) is None


def test_risk_orders_what_is_used_before_what_is_bad():
    exploited = risk_of("medium", score(5.0), None, exploited=True, fixable=True)
    likely = risk_of("medium", score(5.0), Epss("CVE-1", 0.5, 0.98), exploited=False, fixable=True)
    quiet = risk_of("critical", score(9.8), Epss("CVE-1", 0.001, 0.2), exploited=False, fixable=True)
    assert exploited == 50.0
    assert likely == 25.5
    assert quiet == 2.1
    assert exploited > likely > quiet


def test_a_score_refines_the_word_and_does_not_overrule_it():
    assert risk_of("negligible", score(9.8), None, exploited=False, fixable=True) == 0.2
    assert risk_of("critical", score(9.8), None, exploited=True, fixable=True) == 98.0
    assert risk_of("critical", None, None, exploited=True, fixable=False) == 85.5
    assert 0 <= risk_of("critical", score(10.0), Epss("CVE-1", 1.0, 1.0), exploited=False, fixable=True) <= 100


CNA, ADP = score(9.8, "openssl", "3.0"), score(5.0, "CISA-ADP", "3.1")


def test_who_assigned_the_cve_before_cisas_supplement():
    assert best([ADP, CNA]) == CNA
    assert severity_of([], [record("nvd", ADP, CNA)]) == ("critical", "openssl")
    assert severity_of([], [record("nvd", ADP)]) == ("medium", "CISA-ADP")
    assert severity_of([], [record("nvd"), record("redhat", severity="low")]) == ("low", "redhat")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((), ("low", "debian")),
        (("vendor",), ("low", "debian")),
        (("nvd",), ("high", "nvd")),
        (("NVD", "vendor"), ("high", "nvd")),
        (("cisa-adp",), ("medium", "CISA-ADP")),
        (("cna", "nvd"), ("critical", "openssl")),
        (("ecosystem",), ("medium", "ghsa")),
        (("ghsa",), ("medium", "ghsa")),
        (("debian",), ("low", "debian")),
        (("nobody", "cna"), ("critical", "openssl")),
        (("nobody",), ("low", "debian")),
    ],
)
def test_an_order_of_ones_own(order, expected):
    records = [record("ghsa", score(3.0, "ghsa"), severity="medium"), record("nvd", score(7.5), ADP, CNA)]
    assert severity_of([word("low")], records, order) == expected


def test_a_vendors_record_of_a_cve_is_one_score_of_many():
    """What Red Hat thinks of its own builds is in its advisories: of another's package NVD's score goes before it."""
    cve = "CVE-2099-0001"
    vendors = VulnerabilityRecord(cve, "redhat", severity="low", cvss=(Cvss("redhat", "3.1", "V", 3.1),))
    nvds = VulnerabilityRecord(cve, "nvd", cvss=(Cvss("nvd", "3.1", "V", 9.8),))
    assert severity_of([], [vendors, nvds]) == ("critical", "nvd")
    assert severity_of([], [vendors]) == ("low", "redhat")
    erratum = VulnerabilityRecord("RHSA-2099:1001", "redhat", severity="high")
    assert severity_of([], [erratum, nvds]) == ("high", "redhat")
