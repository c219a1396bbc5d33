"""Components known by their content: each version of the set is matched, and a component has one finding for each CVE."""

import pytest
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, info, knowledge, pypi

from careen.matching.by_origin import MAX_VERSIONS, apart, versions_of
from careen.model.advisory import Cvss, VulnerabilityRecord
from careen.model.inventory import Inventory
from careen.model.origin import Origin, PatchState
from careen.model.package import Evidence, Package
from careen.pipeline.assessment import Matcher
from careen.policy.policy import Policy

CVE = "CVE-2026-0001"
BEFORE_TWO = (
    advisory(CVE, "2.0", "PyPI", "urllib3", source="osv", severity="high"),
    info("PyPI", "osv", unfixed=True),
)


def component(*versions, band="high", fixes=(), path="opt/app/http/pool.py", **fields):
    origin = Origin("pypi:urllib3", versions, band, fixes=fixes, **fields)
    version = versions[0] if len(versions) == 1 and not origin.nearest else ""
    return Package("pypi", None, "urllib3", version, cataloger="origin", evidence=(Evidence(path, 2),), origin=origin)


def matched(*packages, records=BEFORE_TWO):
    by = Matcher(knowledge(*records), SCHEMES, ECOSYSTEMS)
    return by.matched(Inventory(DEBIAN, packages), Policy(), TODAY)[0]


def test_the_only_version_is_affected():
    (finding,) = matched(component("1.26")).findings
    assert (finding.id, finding.package, finding.confidence) == (CVE, "pkg:pypi/urllib3@1.26", "likely")
    assert finding.paths == ("opt/app/http/pool.py",)
    assert (finding.layer, finding.fix.versions) == (2, ("2.0",))
    assert finding.reason.startswith("code of pypi:urllib3 (high), by its content; 1.26 < 2.0")
    assert matched(component("2.1")).findings == ()


@pytest.mark.parametrize(
    ("versions", "band", "nearest", "confidence"),
    [
        (("1.25", "1.26"), "exact", False, "likely"),
        (("1.26", "2.1"), "exact", False, "possible"),
        (("1.25", "1.26"), "medium", False, "possible"),
        (("1.26",), "high", True, "possible"),
    ],
)
def test_how_sure_a_finding_is(versions, band, nearest, confidence):
    (finding,) = matched(component(*versions, band=band, nearest=nearest)).findings
    assert finding.confidence == confidence
    assert (finding.package == "pkg:pypi/urllib3") == (len(versions) > 1 or nearest)


def test_the_versions_next_to_the_nearest_known_one_are_possible():
    (finding,) = matched(component("2.1", nearest=True, modified=True, around=("1.26", "2.2"))).findings
    assert (finding.package, finding.confidence, finding.fix.versions) == ("pkg:pypi/urllib3", "possible", ("2.0",))
    assert "its version is not certain; 1.26, next to the nearest known one, is affected" in finding.reason
    (finding,) = matched(component("2.1", modified=True, around=("1.26", "2.2"))).findings
    assert (finding.package, finding.confidence) == ("pkg:pypi/urllib3@2.1", "possible")
    assert "1.26, next to the one that it is most like, is affected" in finding.reason
    (finding,) = matched(component("1.26", nearest=True, modified=True, around=("1.25", "2.2"))).findings
    assert "by its content: the nearest known version (is affected); 1.26 < 2.0" in finding.reason
    assert matched(component("2.1", nearest=True, modified=True, around=("2.0", "2.2"))).findings == ()


def test_the_reason_counts_the_versions():
    (finding,) = matched(component("1.25", "1.26", "2.1")).findings
    assert "2 of 3 versions that explain it (are affected)" in finding.reason


def test_a_listed_package_of_the_same_name_has_its_own_finding():
    found = matched(pypi("urllib3", "1.25"), component("1.26"))
    assert {finding.package for finding in found.findings} == {"pkg:pypi/urllib3@1.25", "pkg:pypi/urllib3@1.26"}
    assert found.assessed == 2


def test_the_owner_is_what_has_to_be_upgraded():
    (finding,) = matched(component("1.26", owners=("pkg:pypi/pip@20.0",))).findings
    assert finding.reason.endswith("; it is part of pkg:pypi/pip@20.0, which has to be upgraded")


def test_the_code_shows_that_a_fix_is_missing():
    fix = PatchState(CVE, "vulnerable", "3 of 3 changes")
    records = (*BEFORE_TWO, VulnerabilityRecord(CVE, "nvd", cvss=(Cvss("nvd", "3.1", "AV:N", 9.8),)))
    (finding,) = matched(component("2.1", fixes=(fix,)), records=records).findings
    assert (finding.id, finding.confidence, finding.severity) == (CVE, "likely", "critical")
    assert finding.reason == "its copy of the code that the patch for CVE-2026-0001 changes is vulnerable (3 of 3 changes)"
    (finding,) = matched(component("1.26", "2.1", fixes=(fix,))).findings
    assert finding.confidence == "likely"


def test_the_code_shows_that_a_fix_is_there():
    fix = PatchState(CVE, "fixed", "3 of 3 changes")
    found = matched(component("1.26", fixes=(fix,), proven=True))
    assert found.findings == ()
    assert [(one.finding.id, one.by.kind, one.by.status) for one in found.fixed] == [(CVE, "vex", "fixed")]
    (finding,) = matched(component("1.26", fixes=(fix,))).findings
    assert finding.confidence == "possible"
    assert "is fixed" in finding.reason


def test_an_unknown_state_changes_nothing():
    (finding,) = matched(component("1.26", fixes=(PatchState(CVE, "unknown"),), proven=True)).findings
    assert finding.confidence == "likely"


def test_a_program_is_assessed_by_its_name_in_the_cpe_dictionary():
    origin = Origin("zlib", ("1.2.11", "1.2.12"), "high")
    package = Package("generic", None, "zlib", "", cpe="cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*", origin=origin)
    package = replace(package, cataloger="origin", evidence=(Evidence("opt/tool", 0),))
    records = (advisory("CVE-2026-0002", "1.3", "cpe", "zlib:zlib", source="nvd"), info("cpe", "nvd"))
    (finding,) = matched(package, records=records).findings
    assert (finding.package, finding.confidence) == ("pkg:generic/zlib", "likely")


def test_code_without_a_name_in_advisories_is_a_gap():
    nameless = Package("generic", None, "inner", "1", cataloger="origin", origin=Origin("inner", ("1",), "exact"))
    found = matched(nameless)
    assert [(reason.code, reason.packages, reason.subjects) for reason in found.reasons] == [
        ("no_source", 1, ("pkg:generic/inner@1",))
    ]


def test_of_many_versions_some_are_matched():
    many = component(*(f"1.{number}" for number in range(1000)))
    _, components = apart(Inventory(DEBIAN, (many,)))
    assert len(versions_of(Inventory(DEBIAN, ()), components).packages) == MAX_VERSIONS


def test_without_components_nothing_changes():
    inventory = Inventory(DEBIAN, (pypi(),))
    assert apart(inventory) == (inventory, ())
