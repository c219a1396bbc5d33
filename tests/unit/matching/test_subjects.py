"""Which advisories assess a language package of a distribution's package, and which packages have none."""

import pytest
from msgspec.structs import replace
from tests.support.matching import ALMA, TODAY, advisory, codes, deb, ids, info, pypi, rpm, run

from careen.model.package import Distribution, Package, Source
from careen.model.report import Coverage
from careen.policy.gates import read_gate
from careen.policy.policy import Policy, assess

OWNER = deb("python3-django", "3:4.2.1-1+deb12u1", Source("python-django", "3:4.2.1-1+deb12u1"))
ECOSYSTEM = [
    advisory("PYSEC-1", "4.2.3", "PyPI", "django", aliases=("CVE-1",)),
    advisory("PYSEC-2", "4.2.9", "PyPI", "django", aliases=("CVE-2",)),
]
DISTRIBUTION = [advisory("CVE-1", "3:4.2.1-1+deb12u1", package="python-django")]


def owned_by(package):
    return pypi(owned_by=package.purl)


def test_a_complete_distribution_has_the_only_word():
    matched = run([OWNER, owned_by(OWNER)], [*ECOSYSTEM, *DISTRIBUTION, info(unfixed=True)])
    assert matched.findings == ()
    assert matched.assessed == 2


@pytest.mark.parametrize("known", [info(), info(unfixed=True, partial=True)])
def test_otherwise_the_ecosystem_assesses_what_the_distribution_does_not_name(known):
    matched = run([OWNER, owned_by(OWNER)], [*ECOSYSTEM, *DISTRIBUTION, known])
    assert [(found.id, found.confidence) for found in matched.findings] == [("CVE-2", "likely")]


def test_a_third_partys_package_leaves_its_files_to_the_ecosystem():
    owner = deb("django-bundle", "1.0-1~bookworm", Source("django-bundle", "1.0-1~bookworm"))
    matched = run([owner, owned_by(owner)], [*ECOSYSTEM, info(unfixed=True)])
    assert [(found.id, found.confidence) for found in matched.findings] == [("CVE-1", "confirmed"), ("CVE-2", "confirmed")]
    assert codes(matched)["unassessed_package"].packages == 1


def test_the_advisories_of_a_distribution_do_not_assess_packages_of_another_type():
    alpine = Distribution("alpine", "3.18.4")
    foreign = Package("deb", "debian", "openssl", "3.0.11-1")
    records = [advisory("CVE-1", "3.1.0-r1", "alpine:3.18", "openssl"), info("alpine:3.18", unfixed=True)]
    matched = run([foreign], records, alpine)
    assert matched.findings == ()
    reason = codes(matched)["unknown_distribution"]
    assert (reason.detail, reason.subjects) == ("deb packages, which are none of Alpine 3.18", ("alpine-3.18.4",))
    assert ids(run([Package("apk", "alpine", "openssl", "3.1.0-r0")], records, alpine)) == ["CVE-1"]


def test_an_undetermined_issue_is_not_a_word_of_the_distribution():
    undetermined = advisory("CVE-2", None, package="python-django", status="undetermined")
    assert sorted(ids(run([OWNER, owned_by(OWNER)], [*ECOSYSTEM, undetermined, info()]))) == ["CVE-1", "CVE-2"]


def test_an_rpm_that_does_not_name_its_vendor_keeps_no_file_from_the_ecosystem():
    records = [*ECOSYSTEM, info("almalinux:8", "almalinux", unfixed=True)]
    for maintainer, found in ((None, ["CVE-1", "CVE-2"]), ("AlmaLinux", [])):
        owner = rpm("python3-django", "4.2.1-1", maintainer=maintainer)
        assert sorted(ids(run([owner, owned_by(owner)], records, ALMA))) == found


def test_an_owner_that_is_not_there_owns_nothing():
    assert sorted(ids(run([owned_by(OWNER)], [*ECOSYSTEM, info(unfixed=True)]))) == ["CVE-1", "CVE-2"]


@pytest.mark.parametrize(("type", "space"), [("golang", "Go"), ("cargo", "crates.io")])
def test_what_a_distribution_built_a_binary_from_is_possible_at_best(type, space):
    module = Package(type, None, "net", "0.1.0", owned_by=OWNER.purl)
    matched = run([OWNER, module], [advisory("X-1", "0.2.0", space, "net"), info()])
    assert [(found.id, found.confidence) for found in matched.findings] == [("X-1", "possible")]
    gate = Policy(fail_on=(read_gate("low"),), unknown_as="critical")
    assert assess(matched.findings, Coverage("assessed", (), 1, 0), (), gate, TODAY).verdict.passed


@pytest.mark.parametrize(("known", "assessed"), [(info(unfixed=True), 2), (info(), 1)])
def test_a_package_without_a_feed_is_not_a_gap_if_the_distribution_built_it(known, assessed):
    binary = Package("generic", None, "curl", "8.1.2", owned_by=OWNER.purl)
    matched = run([OWNER, binary], [*DISTRIBUTION, known])
    assert "no_source" not in codes(matched)
    assert matched.assessed == assessed
    alone = run([OWNER, Package("generic", None, "curl", "8.1.2")], [*DISTRIBUTION, known])
    assert codes(alone)["no_source"].packages == 1


def test_distribution_packages_without_a_distribution():
    matched = run([deb(), Package("deb", None, "x", "1")], [advisory()], None)
    assert ids(matched) == ["CVE-2026-0001"]  # bound to debian-12 by its own database
    assert codes(matched)["unknown_distribution"].packages == 1


def test_derivatives_are_reported_and_not_assessed():
    package = Package("deb", "parrot", "openssl", "1.0", distro="parrot-6.0")
    parrot = Distribution("parrot", "6.0", id_like=("debian",), pretty_name="Parrot Security 6.0 (lorikeet)")
    matched = run([package], [advisory()], parrot)
    assert matched.findings == ()
    assert codes(matched)["unknown_distribution"].detail == (
        "Parrot Security 6.0 (lorikeet): its packages are its own builds, which Debian's advisories do not judge"
    )


def test_kinds_of_packages_that_no_source_knows():
    matched = run([Package("conda", None, "x", "1"), Package("conda", None, "y", "1")], [])
    assert [(reason.code, reason.packages) for reason in matched.reasons] == [("no_advisories", 2)]
    assert matched.assessed == 0


def test_a_jar_without_a_group_is_unassessed():
    jars = [Package("maven", None, "acme-core", "1.0"), Package("maven", None, "org.acme:acme-core", "1.0")]
    known = [info("Maven", "osv"), advisory("GHSA-1", "2.0", "Maven", "org.acme:acme-core", aliases=("CVE-2026-0001",))]
    matched = run(jars, known)
    assert [found.package_name for found in matched.findings] == ["org.acme:acme-core"]
    assert (matched.assessed, codes(matched)["unassessed_package"].packages) == (1, 1)


@pytest.mark.parametrize("version", ["unknown", "UNKNOWN", "main", ""])
def test_an_invalid_version_is_below_no_other(version):
    matched = run([pypi("django", version)], [info("PyPI", "osv"), advisory("PYSEC-1", "4.2.9", "PyPI", "django")])
    assert (matched.findings, matched.assessed, list(codes(matched))) == ((), 0, ["unassessed_package"])


def test_a_stand_in_and_the_source_package_assess_owned_files_too():
    rhel = Distribution("rhel", "8.9")
    built = Source("python-django", "4.2.1-5.el8")
    owner = Package("rpm", "rhel", "python3-django", "4.2.1-5.el8", source=built, arch="noarch", distro="rhel-8.9")
    owner = replace(owner, maintainer="Red Hat, Inc.")
    upstream = [advisory(f"PYSEC-{n}", "4.2.9", "PyPI", "django", aliases=(f"CVE-2026-000{n}",)) for n in (1, 2, 3)]
    records = [
        *(info("rhel:8", "redhat"), info("almalinux:8", "osv"), info("PyPI", "osv"), *upstream),
        advisory("ALSA-1", "4.2.1-4.el8", "almalinux:8", "python3-django", aliases=("CVE-2026-0001",)),
        advisory("CVE-2026-0002", None, "rhel:8", "python-django", arch=("src",), status="wont_fix", source="redhat"),
    ]
    matched = run([owner, pypi("django", "4.2.1", owned_by=owner.purl)], records, rhel)
    assert {found.package_name: found.id for found in matched.findings} == {
        "python3-django": "CVE-2026-0002",
        "django": "CVE-2026-0003",
    }


def test_a_path_that_a_build_step_names_is_of_the_module_above():
    records = [
        advisory("GO-1", "0.1.0", "Go", "golang.org/x/crypto"),
        advisory("GO-2", "2.0.0", "Go", "example.com/a"),
        advisory("GO-3", "2.1.0", "Go", "example.com/a/v2"),
    ]
    deep = Package("golang", None, "golang.org/x/crypto/ssh", "0.0.1", cataloger="dockerfile")
    major = Package("golang", None, "example.com/a/v2/cmd/b", "0.9.0", cataloger="dockerfile")
    assert [(found.id, found.package_name) for found in run([deep, major], records).findings] == [
        ("GO-1", "golang.org/x/crypto/ssh"),
        ("GO-3", "example.com/a/v2/cmd/b"),
    ]
    assert ids(run([replace(deep, cataloger="golang")], records)) == []  # a list of modules names the module itself
