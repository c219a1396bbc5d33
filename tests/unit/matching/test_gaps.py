import pytest
from msgspec.structs import replace
from tests.support.matching import (
    ALMA,
    DEBIAN,
    ECOSYSTEMS,
    SCHEMES,
    TODAY,
    advisory,
    codes,
    deb,
    info,
    knowledge,
    pypi,
    rpm,
    run,
)

from careen.database.memory import MemoryDatabase
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.matching.causes import (
    EndOfLife,
    FixedOnly,
    GuessedNames,
    IncomparableVersions,
    MainSourceNotLoaded,
    NotLoaded,
    NvdNotLoaded,
    PartOfRelease,
    SourceNotStated,
    StandIn,
    UnknownSoftware,
    UnstatedStreams,
)
from careen.matching.gaps import gaps_of
from careen.matching.keys import Keys
from careen.matching.match import match
from careen.matching.subject import Subject
from careen.model.advisory import PassedOver, Support
from careen.model.inventory import Inventory
from careen.model.package import Package, Source

CODE = "no_distribution_package"
OURS = deb("acme", "1-corp1", Source("acme", "1-corp1"))
KNOWN = [info(unfixed=True), advisory()]


@pytest.mark.parametrize(
    "packages",
    [
        [OURS],
        [OURS, deb("other", "2-corp1", Source("other", "2-corp1")), pypi()],
        [deb("libssl3", "unknown", Source("openssl", "unknown"))],  # a version that cannot be compared
    ],
)
def test_no_package_of_the_distribution_is_assessed(packages):
    found = codes(run(packages, KNOWN))[CODE]
    assert found.subjects == ("debian-12",)
    assert found.packages == sum(one.type == "deb" for one in packages)


@pytest.mark.parametrize(
    ("packages", "distribution"),
    [
        ([OURS, deb()], None),
        ([pypi()], None),
        ([], None),
        ([rpm("acme", "1-1.el8", maintainer="Somebody", cataloger="rpm")], ALMA),
    ],
)
def test_one_assessed_package_of_the_distribution_is_enough(packages, distribution):
    matched = run(packages, KNOWN, **({"distribution": distribution} if distribution else {}))
    assert (CODE in codes(matched)) is (distribution is not None)


@pytest.mark.parametrize(
    ("package", "subjects"),
    [("openssl", ("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12",)), ("", ("debian-12",))],
)
def test_a_record_that_cannot_be_read_is_a_gap_in_the_packages_that_it_may_be_about(package, subjects):
    class Known(MemoryDatabase):
        def unread(self, namespace, names):
            return {"debian": (PassedOver("CVE-2026-1: ?", ("CVE-2026-1",), "debian:12", package),)}

    inventory = Inventory(DEBIAN, (deb(), deb("zlib1g", "1", Source("zlib", "1"))))
    matched = match(inventory, Known((info(unfixed=True),)), SCHEMES, ECOSYSTEMS, TODAY)
    reason = codes(matched)["partial_source"]
    assert "1 record of debian cannot be read (CVE-2026-1: ?)" in reason.detail
    assert (reason.packages, reason.subjects) == (1 if package else 2, subjects)


# --- the causes, by how much the sources of a namespace cover --------------------------------------------------------

DJANGO = Subject(pypi(), "PyPI", "django", "4.2.1", "pep440", "PyPI", distribution=False)
OPENSSL = Subject(deb(), "debian:12", "openssl", "3.0.11-1", "deb", "Debian 12", distribution=True)
CURL = replace(OPENSSL, package=deb("curl", "8.1-1", Source("curl", "8.1-1")), name="curl", version="8.1-1")


def covered(subjects, *records, named=()):
    return gaps_of(subjects, knowledge(*records), Keys(SCHEMES), dict.fromkeys(named, ()), TODAY)


def causes(subjects, *records, named=()):
    return [gap.cause for gap in covered(subjects, *records, named=named).gaps]


def test_a_complete_source_leaves_no_gap():
    found = covered([OPENSSL, CURL], info(unfixed=True))
    assert (found.assessed, found.namespaces, found.gaps) == (2, ("debian:12",), ())


def test_a_namespace_without_records():
    found = covered([OPENSSL, DJANGO])
    assert (found.assessed, found.namespaces) == (0, ())
    assert [(gap.cause, gap.packages, gap.subjects) for gap in found.gaps] == [
        (NotLoaded("PyPI"), 1, ("pypi",)),
        (NotLoaded("Debian 12"), 1, ("debian-12",)),
    ]


def test_packages_without_a_source_package_are_assessed_if_an_advisory_has_their_name():
    bare = [replace(subject, package=replace(subject.package, source=None)) for subject in (OPENSSL, CURL)]
    found = covered(bare, info(unfixed=True), advisory())
    assert (found.assessed, found.namespaces) == (1, ("debian:12",))
    assert [(gap.cause, gap.subjects) for gap in found.gaps] == [(SourceNotStated("Debian 12"), (bare[1].package.purl,))]
    assert covered([OPENSSL, bare[1]], info(unfixed=True), advisory()).gaps == ()
    declared = [replace(each, package=replace(each.package, presence="declared")) for each in (OPENSSL, bare[1])]
    gaps = covered(declared, info(unfixed=True), advisory()).gaps  # a Dockerfile states no sources: some are known
    assert [(gap.cause, gap.subjects) for gap in gaps] == [(SourceNotStated("Debian 12"), (bare[1].package.purl,))]
    assert causes(bare) == [NotLoaded("Debian 12")]


def test_a_source_of_fixes_only():
    assert causes([OPENSSL], info()) == [FixedOnly("Debian 12", ("debian",))]


def test_a_source_that_covers_few_packages():
    found = covered([OPENSSL, CURL], info(packages=1), advisory())
    (gap,) = [gap for gap in found.gaps if isinstance(gap.cause, PartOfRelease)]
    assert gap.cause == PartOfRelease("Debian 12", ("debian",), 1, "source package", 1, 2, main=True)
    assert (gap.cause.code, gap.packages, gap.subjects) == ("partial_source", 1, (CURL.package.purl,))
    assert found.assessed == 1


def test_private_advisories_alone_are_not_the_main_source():
    (cause, *_) = causes([OPENSSL, CURL], info(source="private", packages=1, partial=True), advisory())
    assert (cause.main, cause.code) == (False, "no_advisories")


def test_a_language_without_its_main_source():
    found = covered([DJANGO], info("PyPI", "private", partial=True, detail="private advisories"), named=[("PyPI", "django")])
    assert [gap.cause for gap in found.gaps] == [MainSourceNotLoaded("PyPI", ("private",), ("private advisories",))]
    assert found.assessed == 1


def test_another_distribution_stands_in():
    kali = replace(OPENSSL, namespace="kali", title="Kali", stand_in="debian:12")
    found = covered([kali], info(unfixed=True))
    assert [gap.cause for gap in found.gaps] == [StandIn("Kali", "Debian 12", beside=False)]
    assert found.namespaces == ("debian:12", "kali")


def test_versions_that_cannot_be_compared():
    odd = replace(OPENSSL, version="unknown")
    found = covered([odd], info(unfixed=True))
    assert (found.assessed, found.gaps[0].cause) == (0, IncomparableVersions("deb", (("libssl3", "unknown"),)))


def test_guessed_names_count_only_if_an_advisory_names_them():
    guess = Package("maven", None, "a:b", "1.0", confidence=0.3)
    subject = Subject(guess, "Maven", "a:b", "1.0", "maven", "Maven", distribution=False)
    assert causes([subject], info("Maven", "osv", unfixed=True)) == [GuessedNames(("a:b",))]
    assert causes([subject], info("Maven", "osv", unfixed=True), named=[("Maven", "a:b")]) == []


def test_upstream_versions_need_a_source_that_names_the_software():
    nginx = replace(DJANGO, namespace="Bitnami", name="nginx", title="nginx", upstream=True)
    assert causes([nginx]) == [UnknownSoftware(("nginx",)), NvdNotLoaded()]
    assert causes([nginx], named=[("Bitnami", "nginx")]) == [NvdNotLoaded()]


def test_a_release_past_its_end_of_life():
    assert causes([OPENSSL], info(unfixed=True), Support("debian:12", "2026-05-01")) == [EndOfLife("Debian 12", "2026-05-01")]
    assert causes([OPENSSL], info(unfixed=True), Support("debian:12", "2026-06-01")) == []


def test_the_ranges_of_nvd_are_missing_only_if_it_is_not_loaded():
    """Whether another package has a name there decides nothing."""
    package = Package("generic", None, "tool", "1.0")
    subject = Subject(package, "OSS-Fuzz", "tool", "1.0", "generic", "tool", distribution=False, upstream=True)

    def found(*records):
        covered = gaps_of([subject], knowledge(info("OSS-Fuzz", "osv"), *records), Keys(SCHEMES), {}, TODAY)
        return [type(gap.cause) for gap in covered.gaps]

    assert found() == [NvdNotLoaded]
    assert found(info(CPE_NAMESPACE, "nvd")) == []


def test_a_package_of_a_module_needs_a_line_that_enables_a_stream():
    def declared(name, **fields):
        return replace(rpm(name, "10.24.0"), presence="declared", **fields)

    records = [info("almalinux:8", unfixed=True), advisory("ALSA-1", "1:10.24.1-1.module_el8.3.0+1", "almalinux:8", "nodejs")]
    matched = run([declared("nodejs"), declared("bash")], records, distribution=ALMA)
    (found,) = (reason for reason in matched.reasons if reason.code == "unassessed_package")
    assert (found.packages, found.detail) == (1, UnstatedStreams("AlmaLinux 8", ("nodejs",)).text())
    assert matched.assessed == 1
    matched = run([declared("nodejs", module="nodejs:10"), declared("bash")], records, distribution=ALMA)
    assert "unassessed_package" not in codes(matched)
