import pytest

from careen.formats.packages.purl_package import distribution_in, full_purl, package_of
from careen.model.package import Distribution, Package, Source


@pytest.mark.parametrize(
    ("purl", "name", "version"),
    [
        ("pkg:maven/org.x/a@1.0", "org.x:a", "1.0"),
        ("pkg:npm/%40scope/a@1.0", "@scope/a", "1.0"),
        ("pkg:github/actions/cache@v4#restore", "actions/cache/restore", "v4"),
        ("pkg:golang/std@go1.20.1", "stdlib", "1.20.1"),
        ("pkg:rpm/redhat/bash@5.1-1.el9?epoch=2", "bash", "2:5.1-1.el9"),
        ("pkg:deb/debian/a@1:2.0?epoch=1", "a", "1:2.0"),
        ("pkg:pypi/a_b", "a-b", ""),
        (" pkg:npm/a@1.0\n", "a", "1.0"),
    ],
)
def test_name_and_version(purl, name, version):
    found = package_of(purl)
    assert (found.name, found.version) == (name, version)


@pytest.mark.parametrize(
    ("purl", "group", "name"),
    [
        ("pkg:maven/core@1", "org.x", "org.x:core"),
        ("pkg:maven/org.y/core@1", "org.x", "org.y:core"),
        ("pkg:composer/core@1", "acme", "acme/core"),
        ("pkg:golang/core@1", "example.org/x", "example.org/x/core"),
        ("pkg:npm/core@1", "@acme", "@acme/core"),
        ("pkg:npm/core@1", "acme", "core"),
        ("pkg:pypi/core@1", "acme", "core"),
    ],
)
def test_a_group_that_only_a_field_beside_the_url_states(purl, group, name):
    assert package_of(purl, ("core", f"{group}/core", f"{group}:core")).name == name


@pytest.mark.parametrize(
    ("purl", "source"),
    [
        ("pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl", Source("openssl", "3.0.11-1")),
        ("pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl@3.0.10", Source("openssl", "3.0.10")),
        ("pkg:deb/debian/openssl@3.0.11-1", Source("openssl", "3.0.11-1")),
        ("pkg:rpm/redhat/libs@5-1.el9?epoch=1&upstream=main-5-1.el9.src.rpm", Source("main", "1:5-1.el9")),
        ("pkg:rpm/redhat/libs@5-1.el9", None),
        ("pkg:pypi/a@1?upstream=b", None),
    ],
)
def test_source(purl, source):
    assert package_of(purl).source == source


@pytest.mark.parametrize(
    ("distro", "expected"), [("debian-12", "debian-12"), ("bookworm", "debian-12"), ("12", "debian-12"), ("debian", "debian")]
)
def test_distribution(distro, expected):
    assert package_of(f"pkg:deb/debian/a@1?distro={distro}").distro == expected


def test_a_spelling_with_the_same_url_is_preferred():
    assert package_of("pkg:pypi/zope-interface@1", ("other", "Zope_Interface")).name == "Zope_Interface"
    assert package_of("pkg:pypi/zope-interface@1", ("other",)).name == "zope-interface"


@pytest.mark.parametrize(
    "package",
    [
        Package("deb", "debian", "libssl3", "3.0.11-1", source=Source("openssl", "3.0.11-1"), distro="debian-12"),
        Package("deb", "debian", "libc6", "2.36-9", source=Source("glibc", "2.36"), arch="amd64"),
        Package("rpm", "redhat", "libs", "1:5-1.el9", source=Source("main", "1:5-1.el9"), module="nodejs:18"),
    ],
)
def test_the_full_url_restores_source_and_module(package):
    assert package_of(full_purl(package)) == package


def test_the_most_frequent_distribution_counts():
    def deb(distro):
        return Package("deb", "debian", "a", "1", distro=distro)

    assert distribution_in([deb("debian-12"), deb("debian-11"), deb("debian-12")]) == Distribution("debian", "12")
    assert distribution_in([deb("ubuntu")]) == Distribution("ubuntu", "")
    assert distribution_in([Package("pypi", None, "a", "1", distro="debian-12")]) is None


@pytest.mark.parametrize("text", ["", "pkg:", "a", "pkg:deb", "pkg:deb/"])
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match="package URL"):
        package_of(text)


def test_the_letters_of_a_name_are_kept_where_the_ecosystem_has_them():
    assert package_of("pkg:apk/alpine/r@4", ("R",)).name == "R"
    assert package_of("pkg:deb/debian/openssl@3", ("OpenSSL",)).name == "openssl"
    assert package_of("pkg:npm/a", (), " 1.0 ").version == "1.0"
    assert package_of("pkg:npm/a@2", (), "1.0").version == "2"
