from tests.support.matching import advisory, deb, pypi, run

from careen.matching import findings
from careen.model.advisory import VulnerabilityRecord
from careen.model.package import Evidence, Package


def fingerprint(kind, id, package):
    return findings.fingerprint(kind, id, findings.place_of(package))


def test_the_fingerprint_does_not_depend_on_the_tag():
    one = fingerprint("vulnerability", "CVE-1", deb(version="3.0.11-1"))
    assert one == fingerprint("vulnerability", "CVE-1", deb(version="3.0.12-1+deb12u1"))
    assert len(one) == 32 and int(one, 16)
    assert one != fingerprint("vulnerability", "CVE-2", deb())
    assert one != fingerprint("secret", "CVE-1", deb())
    assert one != fingerprint("vulnerability", "CVE-1", deb(name="libssl-dev"))


def test_a_path_that_contains_the_version_names_the_same_place():
    assert fingerprint("vulnerability", "CVE-1", pypi(version="4.2.1")) == fingerprint(
        "vulnerability", "CVE-1", pypi(version="4.2.7")
    )
    elsewhere = pypi(version="4.2.1", evidence=(Evidence("opt/venv/django-4.2.1.dist-info/METADATA", 0),))
    assert fingerprint("vulnerability", "CVE-1", pypi()) != fingerprint("vulnerability", "CVE-1", elsewhere)


def test_architecture_and_release_do_not_count():
    here = Package("deb", "debian", "x", "1", arch="amd64", distro="debian-12")
    there = Package("deb", "debian", "x", "1", arch="arm64", distro="debian-13")
    assert fingerprint("vulnerability", "CVE-1", here) == fingerprint("vulnerability", "CVE-1", there)


def test_a_scoped_name_without_version():
    scoped = Package("npm", None, "@scope/x", "")
    assert fingerprint("vulnerability", "CVE-1", scoped) == fingerprint(
        "vulnerability", "CVE-1", Package("npm", None, "@scope/x", "1.0")
    )


def test_each_place_of_a_package_is_listed_once():
    places = (Evidence("b/METADATA", 2), Evidence("a/METADATA", 1), Evidence("a/METADATA", 3))
    (found,) = run([pypi(evidence=places)], [advisory("PYSEC-1", "4.2.3", "PyPI", "django")]).findings
    assert (found.paths, found.layer, found.last_layer) == (("a/METADATA", "b/METADATA"), 2, 3)


def test_a_package_of_one_layer_has_no_other_last_layer():
    places = (Evidence("a/METADATA", 2), Evidence("b/METADATA", 2))
    (found,) = run([pypi(evidence=places)], [advisory("PYSEC-1", "4.2.3", "PyPI", "django")]).findings
    assert (found.layer, found.last_layer) == (2, None)


def test_the_dates_of_disclosure_and_of_the_fix():
    records = [
        advisory("DSA-5", aliases=("CVE-2026-0001",)),
        VulnerabilityRecord("CVE-2026-0001", "nvd", published="2026-01-02"),
        VulnerabilityRecord("DSA-5", "debian", ("CVE-2026-0001",), published="2026-02-03"),
    ]
    (found,) = run([deb()], records).findings
    assert (found.published, found.fix_published) == ("2026-01-02", "2026-02-03")
    (found,) = run([deb()], [advisory(fixed=None, status="open"), records[1]]).findings
    assert (found.published, found.fix_published) == ("2026-01-02", None)
    (found,) = run([deb()], [advisory()]).findings
    assert (found.published, found.fix_published) == (None, None)


def test_a_vulnerability_has_its_weaknesses():
    records = [
        advisory(),
        VulnerabilityRecord("CVE-2026-0001", "nvd", cwes=("CWE-79", "CWE-20")),
        VulnerabilityRecord("CVE-2026-0001", "exploitdb", published="2026-02-03"),
        VulnerabilityRecord("CWE-79", "cwe", summary="Cross-site Scripting"),
    ]
    (found,) = run([deb()], records).findings
    assert found.exploit
    assert not run([deb()], records[:2]).findings[0].exploit
    assert [(one.id, one.name) for one in found.weaknesses] == [("CWE-79", "Cross-site Scripting"), ("CWE-20", "")]
