import pytest
from tests.support.matching import ALMA, DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, rpm

from careen.matching.distributions import release_of
from careen.matching.match import match
from careen.matching.needs import needed
from careen.matching.patched import curator_of, patched, upstream_of
from careen.model.advisory import Range
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package, Source

UBUNTU = Distribution("ubuntu", "22.04")


def matching(packages, *records, distribution=DEBIAN, curator=""):
    inventory = Inventory(distribution, tuple(packages), curator=curator)
    return match(inventory, knowledge(*records), SCHEMES, ECOSYSTEMS, TODAY)


def ids(*given, **more):
    return sorted(found.id for found in matching(*given, **more).findings)


@pytest.mark.parametrize(
    ("package", "distribution", "curator", "expected"),
    [
        (Package("deb", None, "openssl", "3.0.15-1~deb12u1.root.io.1"), DEBIAN, "", ("root:debian:12",)),
        (Package("apk", None, "less", "643-r10072"), Distribution("alpine", "3.19.1"), "", ("root:alpine:3.19",)),
        (Package("apk", None, "less", "643-r2"), Distribution("alpine", "3.19.1"), "", None),
        (Package("deb", None, "seal-wget", "1.21-1+deb11u1+sp1"), UBUNTU, "", ("seal:debian",)),
        (Package("apk", None, "seal-zlib", "1.2.8-r2"), Distribution("alpine", "3.19"), "", ("seal:alpine",)),
        (Package("rpm", None, "seal-wget", "1.12-10.el6"), ALMA, "", ("seal:rhel:6", "seal:rhel")),
        (Package("deb", None, "rf-binutils", "0:2.46-5rfubu"), UBUNTU, "", ("rapidfort:ubuntu",)),
        (Package("deb", None, "openjpeg", "2.5.2-1build0+rf.0"), UBUNTU, "", ("rapidfort:ubuntu",)),
        (Package("rpm", None, "rf-curl", "7.76.1-20.rf1"), Distribution("rhel", "9.2"), "", ("rapidfort:rhel",)),
        (Package("deb", None, "curl", "7.81.0-1ubuntu1"), UBUNTU, "rapidfort", ("rapidfort:ubuntu:22.04",)),
        (Package("rpm", None, "curl", "7.61.1-20.el8"), Distribution("rhel", "9.2"), "rapidfort", ("rapidfort:rhel:8",)),
        (Package("rpm", None, "curl", "7.61.1-20.fc39"), Distribution("rhel", "9.2"), "rapidfort", ("rapidfort:fedora:39",)),
        (Package("deb", None, "curl", "7.81.0-1ubuntu1"), UBUNTU, "", None),
        (Package("deb", None, "libwarf1", "1.0+rfc2822-1"), UBUNTU, "", None),
    ],
)
def test_who_patched_it(package, distribution, curator, expected):
    found = patched(package, release_of(distribution), curator)
    assert (found.namespaces if found else None) == expected


def test_root_io_first_and_the_distribution_for_the_rest():
    package = deb("libssl3", "3.0.15-1.root.io.1", Source("openssl", "3.0.15-1.root.io.1"), vendor="third_party")
    records = [
        info("root:debian:12", "root"),
        info(unfixed=True),
        advisory(
            "CVE-2026-0001", "3.0.15-1.root.io.1", "root:debian:12"
        ),  # fixed here, although Debian's fixed version is above
        advisory("CVE-2026-0001", "3.0.16-1"),
        advisory("CVE-2026-0002", "3.0.15-1.root.io.2", "root:debian:12", "rootio-openssl"),
        advisory("CVE-2026-0003", "3.0.16-1"),
    ]
    matched = matching([package], *records)
    assert [found.id for found in matched.findings] == ["CVE-2026-0002", "CVE-2026-0003"]
    assert matched.assessed == 1


def test_without_the_vendors_feed_its_packages_are_not_assessed():
    package = deb("libssl3", "3.0.15-1.root.io.1", Source("openssl", "3.0.15-1.root.io.1"))
    matched = matching([package], info(unfixed=True), advisory("CVE-2026-0001", "3.0.16-1"))
    assert matched.findings == ()
    assert [(one.code, one.packages) for one in matched.reasons] == [
        ("unassessed_package", 1),
        ("no_distribution_package", 1),
    ]
    assert "root.io" in matched.reasons[0].detail


def test_the_source_package_before_the_package():
    package = rpm("rpm-sequoia", "1.0.0-1.el9", source=Source("rust-rpm-sequoia", "1.0.0-1.el9"))
    space = "rapidfort:rhel:9"
    records = [
        info(space, "rapidfort"),
        advisory("CVE-2026-0001", "0.9.0-1.el9", space, "rust-rpm-sequoia"),
        advisory("CVE-2026-0001", "99.0.0-1.el9", space, "rpm-sequoia"),
        advisory("CVE-2026-0002", "1.10.0-1.el9", space, "rpm-sequoia"),
    ]
    assert ids([package], *records, distribution=Distribution("rhel", "9.3"), curator="rapidfort") == ["CVE-2026-0002"]


def test_an_image_of_a_vendor_without_its_feed_is_the_distributions():
    records = [info(unfixed=True), advisory("CVE-2026-0001", "3.0.13-1")]
    assert ids([deb()], *records, curator="rapidfort") == ["CVE-2026-0001"]
    assert ids([deb()], *records, info("rapidfort:debian:12", "rapidfort"), curator="rapidfort") == []


def test_seal_packages_have_names_of_their_own():
    package = deb("seal-wget", "1.21-1", Source("seal-wget", "1.21-1"))
    record = advisory("CVE-2026-0001", None, "seal:debian", "seal-wget", ranges=(Range("1.21-1", "1.21-1.999"),))
    assert ids([package, deb()], info("seal:debian", "seal"), record, info(unfixed=True)) == ["CVE-2026-0001"]


def test_whose_image_it_is():
    def image(**labels):
        return Image("x", "image", "", None, ImageConfig(labels=labels), ())

    assert curator_of(image(maintainer="RapidFort Curation Team <rfcurators@rapidfort.com>")) == "rapidfort"
    assert curator_of(image(maintainer="Somebody")) == ""
    assert curator_of(image()) == ""


def test_what_to_fetch():
    package = deb("libssl3", "3.0.15-1.root.io.1")
    assert needed([package], DEBIAN, ECOSYSTEMS) == {"debian:12", "root:debian:12"}


def test_a_renamed_package_is_looked_up_by_its_own_name_too():
    package = deb("rootio-libssl3", "3.0.15-1.root.io.1", Source("rootio-openssl", "3.0.15-1.root.io.1"), vendor="third_party")
    records = [
        info("root:debian:12", "root"),
        info(unfixed=True),
        advisory("CVE-2026-0001", "3.0.15-1.root.io.2", "root:debian:12", "rootio-openssl"),
        advisory("CVE-2026-0002", "3.0.15-1.root.io.2", "root:debian:12", "openssl"),
        advisory("CVE-2026-0003", "3.0.16-1"),
    ]
    assert ids([package], *records) == ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"]
    unmarked = deb("rootio-openssl", "3.0.15-1", Source("rootio-openssl", "3.0.15-1"))
    assert patched(unmarked, release_of(DEBIAN)).vendor == "root.io"


@pytest.mark.parametrize(
    ("type", "name", "version", "expected"),
    [
        ("pypi", "rootio-django", "4.2.1+root.io.1", ("django", "4.2.1")),
        ("pypi", "rootio_django", "4.2.1", ("django", "4.2.1")),
        ("npm", "@rootio/lodash", "4.17.20-root.io.2", ("lodash", "4.17.20")),
        ("pypi", "django", "4.2.1+root.io.1", ("django", "4.2.1")),
        ("pypi", "django", "4.2.1", None),
        ("npm", "root.io", "1.0.0", None),
    ],
)
def test_what_root_io_patched_in_language_packages(type, name, version, expected):
    assert upstream_of(Package(type, None, name, version)) == expected


def test_a_finding_of_a_patched_language_package_is_possible():
    package = Package("pypi", None, "rootio-django", "4.2.1+root.io.1")
    records = [info("PyPI", "osv/PyPI", unfixed=True), advisory("CVE-2026-0001", "4.2.2", "PyPI", "django")]
    (found,) = matching([package], *records).findings
    assert (found.id, found.confidence) == ("CVE-2026-0001", "possible")
    assert "4.2.1 < 4.2.2" in found.reason
