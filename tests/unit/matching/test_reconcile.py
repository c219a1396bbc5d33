import pytest
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, advisory, deb, info, knowledge, pypi, run
from tests.support.reports import clean

from careen.formats.scans.other_scan import Claim, OtherScan
from careen.matching.explain import Explainer
from careen.matching.reconcile import reconcile
from careen.model.advisory import VulnerabilityRecord
from careen.model.finding import Suppressed, SuppressedBy
from careen.model.inventory import Inventory
from careen.model.package import Package


def compared(packages, records, *claims, listed=(), suppress=False):
    findings = run(packages, records).findings
    report = replace(clean(), inventory=Inventory(DEBIAN, tuple(packages)), findings=findings)
    if suppress:
        aside = tuple(Suppressed(one, SuppressedBy("vex", "v.json", "component_not_present")) for one in findings)
        report = replace(report, findings=(), suppressed=aside)
    other = OtherScan("other", claims, frozenset(listed))
    return reconcile(report, other, Explainer(report, knowledge(*records), SCHEMES, ECOSYSTEMS))


def claim(id="CVE-2026-0001", package="libssl3", version="3.0.11-1", **more):
    return Claim((id,), package, version, **more)


@pytest.mark.parametrize(
    "theirs",
    [
        claim(),
        claim("DSA-5"),
        claim(purl="pkg:deb/debian/libssl3@3.0.11-1?arch=amd64"),
        claim(package="openssl/libssl3", purl="pkg:deb/debian/libssl3"),
        claim(version=""),
    ],
)
def test_what_both_have(theirs):
    found = compared([deb()], [advisory(aliases=("DSA-5",))], theirs)
    assert (found.agreed, found.theirs, found.ours) == (1, (), ())


def test_the_same_under_another_name():
    records = [
        advisory(),
        VulnerabilityRecord("GHSA-1", "ghsa", ("CVE-2026-0001",)),
        VulnerabilityRecord("X-1", "x", ("GHSA-1",)),
    ]
    found = compared([deb()], records, claim("X-1"))
    assert (found.agreed, found.theirs, found.ours) == (1, (), ())
    assert [(one.id, one.code, one.detail) for one in found.aliases] == [
        ("X-1", "alias", "this report has it as CVE-2026-0001")
    ]


@pytest.mark.parametrize(
    ("theirs", "reason", "detail"),
    [
        (claim(package="nowhere"), "unknown_package", "no such package"),
        (claim(package="libssl3", version="2"), "another_version", "this image has 3.0.11-1"),
        (claim(package="x", version="1", type="brew"), "not_assessed", "no advisory source covers brew packages"),
        (claim("CVE-9"), "not_named", "none of the sources names it for this package (debian)"),
        (claim("CVE-7"), "range", "3.0.11-1 is not below 3.0.11-1, which fixes it"),
    ],
)
def test_what_they_alone_have(theirs, reason, detail):
    records = [advisory("CVE-7", "3.0.11-1"), info()]
    found = compared([deb(), Package("brew", None, "x", "1")], records, theirs)
    ((only,), ours) = (found.theirs, found.ours)
    assert (only.side, only.code, ours) == ("theirs", reason, ())
    assert detail in only.detail


def test_what_a_rule_suppressed_here():
    (only,) = compared([deb()], [advisory()], claim(), suppress=True).theirs
    assert (only.code, only.detail) == ("suppressed", "vex (v.json): component_not_present")


@pytest.mark.parametrize(
    ("records", "claims", "listed", "reason"),
    [
        ([advisory()], (), (), "not_named"),
        ([advisory()], (), ("bash",), "unknown_package"),
        ([advisory()], (), ("libssl3",), "not_named"),
        ([advisory(fixed=None, status="open")], (), (), "no_fix"),
        ([advisory(confidence="possible")], (), (), "only_possible"),
        ([advisory()], (claim(suppressed=True),), (), "suppressed"),
        ([advisory()], (claim(version="2"),), (), "another_version"),
    ],
)
def test_what_this_report_alone_has(records, claims, listed, reason):
    (only,) = compared([deb()], records, *claims, listed=listed).ours
    assert (only.side, only.code) == ("ours", reason)


def test_names_of_languages():
    maven = Package("maven", None, "org.x:core", "1")
    for theirs in (
        claim("CVE-1", "core", "1"),
        claim("CVE-1", "org.x:core", "1"),
        claim("CVE-1", "core", "1", purl="pkg:maven/org.x/core@1"),
    ):
        assert compared([maven], [], theirs).theirs[0].code == "not_assessed"
    assert compared([pypi("my_lib", "1")], [], claim("CVE-1", "my-lib", "1")).theirs[0].code == "not_assessed"
