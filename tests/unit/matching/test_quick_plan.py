import pytest
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, knowledge, pypi
from tests.support.reports import clean

from careen.matching.match import match
from careen.matching.quick_plan import quick_plan
from careen.matching.remedy import plan
from careen.model.advisory import Range
from careen.model.finding import Fix
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package, Source

APT = deb("apt", "2.6.1-1", source=Source("apt", "2.6.1-1"))
SITE = "opt/v/lib/python3.11/site-packages"


def django(version="3.2.1"):
    return pypi("django", version, evidence=(Evidence(f"{SITE}/Django-{version}.dist-info/METADATA", 0),))


def scanned(packages, records):
    inventory = Inventory(DEBIAN, tuple(packages))
    found = match(inventory, knowledge(*records), SCHEMES, ECOSYSTEMS, TODAY).findings
    return replace(clean(), inventory=inventory, findings=found)


def test_it_is_the_plan_of_careen_fix():
    packages = [APT, deb(), deb("openssl", "3.0.11-1"), django()]
    records = [
        advisory("CVE-1"), advisory("CVE-2", "3.0.15-1"), advisory("CVE-3", None, status="open"),
        advisory("CVE-4", "4.2.9", "PyPI", "django"),
    ]  # fmt: skip
    report = scanned(packages, records)

    def reassess(inventory):
        return match(inventory, knowledge(*records), SCHEMES, ECOSYSTEMS, TODAY).findings

    quick, exact = quick_plan(report, SCHEMES, ECOSYSTEMS), plan(report, reassess, SCHEMES, ECOSYSTEMS)
    assert quick == exact
    assert (quick.before, quick.after, len(quick.actions)) == (7, 2, 2)


def test_there_is_none_without_vulnerabilities():
    assert quick_plan(clean(), SCHEMES, ECOSYSTEMS) is None


@pytest.mark.parametrize(
    ("fixes", "to"),
    [
        ([("3.2.15", "4.0.7"), ("3.2.16", "4.1.2")], "3.2.16"),  # the same branch
        ([("3.2.15", "4.0.7"), ("4.0.1",)], "4.0.7"),  # 4.0.1 is below the fix of its branch
        ([("3.2.15",), ("3.2.3",)], "3.2.15"),
    ],
)
def test_a_target_is_fixed_in_its_own_branch(fixes, to):
    report = scanned([django()], [advisory(f"CVE-{number}", "9", "PyPI", "django") for number, _ in enumerate(fixes)])
    findings = tuple(replace(found, fix=Fix("fixed", fix)) for found, fix in zip(report.findings, fixes, strict=True))
    made = quick_plan(replace(report, findings=findings), SCHEMES, ECOSYSTEMS)
    assert [upgrade.to for action in made.actions for upgrade in action.upgrades] == [to]
    assert made.after == 0


def test_a_copy_is_upgraded_with_its_owner():
    copy = Package("pypi", None, "urllib3", "1.0", evidence=(Evidence(f"{SITE}/django/vendor/urllib3.py", 0),))
    report = scanned([django(), copy], [advisory("CVE-1", "2.0", "PyPI", "urllib3")])
    made = quick_plan(report, SCHEMES, ECOSYSTEMS)
    assert (made.actions, made.bundled) == ((), {copy.purl: "django"})
    assert [(hint.kind, hint.findings) for hint in made.advice] == [("newer_bundle", 1)]
    assert "upgrade django to a release with a newer copy of urllib3 1.0" in made.advice[0].text


def test_what_nothing_in_the_image_can_upgrade_has_its_version():
    made = quick_plan(scanned([deb()], [advisory("CVE-1"), advisory("CVE-2", "3.0.15-1")]), SCHEMES, ECOSYSTEMS)
    assert (made.actions, made.versions) == ((), {deb().purl: "3.0.15-1"})


def test_a_new_version_with_vulnerabilities_of_its_own_is_not_the_target():
    records = [
        advisory("CVE-1", "4.2.16", "PyPI", "django"),
        advisory("CVE-2", None, "PyPI", "django", ranges=(Range("4.2", "4.2.30"),)),
    ]
    packages = [django(), deb()]

    def reassess(inventory):
        assert [package.name for package in inventory.packages] == ["django"]  # deb stays as it is
        return match(inventory, knowledge(*records), SCHEMES, ECOSYSTEMS, TODAY).findings

    made = quick_plan(scanned(packages, records), SCHEMES, ECOSYSTEMS, reassess)
    assert [upgrade.to for action in made.actions for upgrade in action.upgrades] == ["4.2.30"]
    assert (made.before, made.after) == (1, 0)


def test_packages_of_the_distribution_are_not_matched_again():
    """Two of its advisories fix one vulnerability in turn: both have to be met."""

    def reassess(inventory):
        raise AssertionError(inventory)

    report = scanned([APT, deb()], [advisory("CVE-1")])
    (found,) = report.findings
    found = replace(found, fix=Fix("fixed", ("3.0.15-1", "3.0.16-1")))
    made = quick_plan(replace(report, findings=(found,)), SCHEMES, ECOSYSTEMS, reassess)
    assert [upgrade.to for action in made.actions for upgrade in action.upgrades] == ["3.0.16-1"]
    assert (made.before, made.after) == (1, 0)


def test_a_third_partys_build_is_not_upgraded_and_the_version_that_fixes_it_is_known():
    report = scanned([APT, deb()], [advisory("CVE-1")])
    foreign = replace(report.inventory, packages=(APT, deb(vendor="third_party")))
    made = quick_plan(replace(report, inventory=foreign), SCHEMES, ECOSYSTEMS, lambda inventory: [])
    assert made.actions == ()
    assert [*made.versions.values()] == [report.findings[0].fix.versions[0]]


def test_what_a_version_leaves_is_of_each_package():
    """Two packages go from the same version to the same one, and leave different findings."""
    packages = [pypi(name, "1.0", evidence=(Evidence(f"{SITE}/{name}-1.0.dist-info/METADATA", 0),)) for name in ("a", "b")]
    records = [advisory(f"CVE-{number}", "2.0", "PyPI", name) for number, name in enumerate("abb")]
    report = scanned(packages, records)
    assert len(report.findings) == 3
    open_one = replace(report.findings[-1], fix=Fix("open"))
    made = quick_plan(replace(report, findings=(*report.findings[:-1], open_one)), SCHEMES, ECOSYSTEMS)
    assert (made.before, made.after) == (3, 1)
    assert {upgrade.package: upgrade.removes for action in made.actions for upgrade in action.upgrades} == {
        "a": 1, "b": 1,
    }  # fmt: skip
