"""The names of the image and its packages in rules and VEX statements."""

import pytest
from msgspec.structs import replace
from tests.support.reports import DIGEST, usual

from careen.model.inventory import Inventory
from careen.model.package import Distribution, Evidence, Package, Source
from careen.policy.about import About, parsed

OTHER = "sha256:" + "0" * 64
LIBSSL = Package("deb", "debian", "libssl3", "3.0-1", Source("openssl", "3.0"), "amd64", "debian-12")
DEBIAN = Distribution("debian", "12", "bookworm", pretty_name="Debian GNU/Linux 12 (bookworm)")


def about(*packages, reference="registry.example/shop/service:1.4", distribution=DEBIAN):
    return About(replace(usual().image, reference=reference), Inventory(distribution, packages))


def test_a_reference_without_tag_and_digest_means_latest():
    assert about(reference="debian").reference.tag == "latest"
    assert about(reference=f"debian@{DIGEST}").reference.tag == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (DIGEST, True),
        (OTHER, False),
        ("registry.example/shop/service", True),
        ("registry.example/shop/service:1.4", True),
        ("registry.example/shop/service:1.5", False),
        (f"registry.example/shop/service@{DIGEST}", True),
        (f"registry.example/shop/service@{OTHER}", False),
        ("shop/service:1.4", False),
        ("", False),
        ("Debian GNU/Linux 12 (bookworm)", False),
        (f"pkg:oci/service@{DIGEST}", True),
        (f"pkg:oci/service@{OTHER}", False),
        ("pkg:oci/service", True),
        ("pkg:oci/service?tag=1.4", True),
        ("pkg:oci/service?tag=1.5", False),
        ("pkg:oci/service?repository_url=registry.example/shop/service", True),
        ("pkg:oci/service?repository_url=registry.example/shop", True),
        ("pkg:oci/service?repository_url=registry.example/other", False),
        ("pkg:docker/shop/service@1.4?repository_url=registry.example", True),
        ("pkg:docker/shop/service@1.5?repository_url=registry.example", False),
        ("pkg:docker/other/service@1.4?repository_url=registry.example", False),
        ("pkg:deb/debian/service", False),
        ("pkg:oci", False),
        ("cpe:/o:debian:debian_linux:12", False),
    ],
)
def test_names_of_the_image(name, expected):
    assert about().is_image(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Debian GNU/Linux 12 (bookworm)", True),
        ("", False),
        (DIGEST, False),
        ("cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*", True),
        ("cpe:/o:debian:debian_linux:12", True),
        ("cpe:/o:debian:debian_linux", True),
        ("cpe:/o:debian:debian_linux:11", False),
        ("cpe:/o:canonical:ubuntu_linux:12", False),
    ],
)
def test_names_of_the_distribution(name, expected):
    assert about().is_distribution(name) is expected


def test_a_service_pack_in_a_cpe_is_a_part_of_the_version():
    suse = about(distribution=Distribution("sles", "15.5"))
    assert suse.is_distribution("cpe:/o:suse:sles:15:sp5")
    assert not suse.is_distribution("cpe:/o:suse:sles:15:sp6")
    assert not about(distribution=None).is_distribution("cpe:/o:suse:sles:15:sp5")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pkg:deb/debian/libssl3", True),
        ("pkg:deb/libssl3", True),
        ("pkg:deb/debian/libssl3@3.0-1", True),
        ("pkg:deb/debian/libssl3@3.0-2", False),
        ("pkg:deb/ubuntu/libssl3", False),
        ("pkg:rpm/debian/libssl3", False),
        ("pkg:deb/debian/openssl", True),
        ("pkg:deb/debian/openssl@3.0?arch=source", True),
        ("pkg:deb/debian/openssl@3.0-1", False),
        ("pkg:deb/debian/openssl@3.0?arch=amd64", False),  # the binary package of this name
        ("pkg:deb/debian/libssl3?arch=source", False),
        ("pkg:deb/debian/libssl3?arch=amd64", True),
        ("pkg:deb/debian/libssl3?arch=arm64", False),
        ("pkg:deb/debian/libssl3?arch=all", True),
        ("pkg:deb/debian/libssl3?distro=debian-12", True),
        ("pkg:deb/debian/libssl3?distro=debian-12.5", True),
        ("pkg:deb/debian/libssl3?distro=bookworm", True),
        ("pkg:deb/debian/libssl3?distro=debian-bookworm", True),
        ("pkg:deb/debian/libssl3?distro=debian-1", False),
        ("pkg:deb/debian/libssl3?distro=ubuntu-12", False),
        ("not a purl", False),
    ],
)
def test_names_of_a_package(name, expected):
    assert about(LIBSSL).is_package(name, LIBSSL.purl) is expected


@pytest.mark.parametrize(
    ("name", "purl", "expected"),
    [
        ("pkg:golang/a.example/b@1.0", "pkg:golang/a.example/b@v1.0", True),
        ("pkg:npm/b@1.0", "pkg:npm/b@v1.0", False),
        ("pkg:rpm/redhat/a@1:2-3", "pkg:rpm/redhat/a@2-3?epoch=1", True),
        ("pkg:rpm/redhat/a@0:2-3", "pkg:rpm/redhat/a@2-3", True),
        ("pkg:rpm/redhat/a@2-3?epoch=1", "pkg:rpm/redhat/a@2-3", False),
        ("pkg:npm/a", "pkg:npm/%40scope/a@1", False),
    ],
)
def test_versions_in_their_usual_spellings(name, purl, expected):
    assert about().is_package(name, purl) is expected


def test_a_package_contains_what_it_owns_and_what_shares_its_file():
    jar = (Evidence("app.jar", 0),)
    app = Package("maven", None, "org.example:app", "1", evidence=jar)
    inner = Package("maven", None, "org.example:inner", "1", evidence=jar)
    owned = Package("pypi", None, "x", "1", owned_by=LIBSSL.purl, evidence=(Evidence("x", 0),))
    names = about(app, inner, owned, LIBSSL)
    assert names.contains("pkg:maven/org.example/app@1", inner.purl)
    assert names.contains("pkg:maven/org.example/app", inner.purl)
    assert not names.contains("pkg:maven/org.example/app@2", inner.purl)
    assert not names.contains("pkg:maven/org.example/app", owned.purl)
    assert names.contains("pkg:deb/debian/libssl3", owned.purl)
    assert not names.contains("nonsense", owned.purl)


def test_packages_of_one_database_do_not_contain_each_other():
    status = (Evidence("var/lib/dpkg/status", 0),)
    first, second = replace(LIBSSL, evidence=status), replace(LIBSSL, name="zlib1g", evidence=status)
    assert not about(first, second).contains(first.purl, second.purl)


def test_a_package_owns_another_if_all_copies_are_its_own():
    owned = Package("pypi", None, "x", "1", owned_by=LIBSSL.purl, evidence=(Evidence("x", 0),))
    copy = replace(owned, owned_by=None, evidence=(Evidence("y", 0),))
    assert about(LIBSSL, owned).owns("pkg:deb/debian/libssl3", owned.purl)
    assert not about(LIBSSL, owned, copy).owns("pkg:deb/debian/libssl3", owned.purl)
    assert not about(LIBSSL).owns("pkg:deb/debian/libssl3", owned.purl)


def test_a_text_that_is_not_a_purl():
    assert parsed("pkg:") is None
    assert parsed("pkg:npm/a").name == "a"
