"""Which advisories assess a package of a distribution."""

import pytest
from msgspec.structs import replace
from tests.support.matching import ALMA, DEBIAN, ECOSYSTEMS, deb, info, rpm

from careen.matching.causes import (
    BuiltByThirdParty,
    KspliceBuilds,
    ModuleWithoutLabel,
    OtherPackageManager,
    PatchedByVendor,
    UnknownDistribution,
    UnnamedDistribution,
)
from careen.matching.subject import Subject
from careen.matching.system_packages import release_subject, system_subject
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Source


def subject_of(package, distribution=DEBIAN, *known, channels=()):
    """``known``: what the database has, by namespace."""
    inventory = Inventory(distribution, (package,))
    infos = lambda namespace: tuple(one for one in known if one.namespace == namespace)  # noqa: E731
    return system_subject(package, inventory, ECOSYSTEMS[package.type], infos, lambda package: channels)


def test_a_deb_by_its_source_package():
    subject = subject_of(deb())
    assert (subject.namespace, subject.name, subject.version) == ("debian:12", "openssl", "3.0.11-1")
    assert (subject.scheme, subject.title, subject.distribution) == ("deb", "Debian 12", True)
    bare = subject_of(deb("zlib1g", "1:2", Source("zlib", "")))
    assert (bare.name, bare.version) == ("zlib", "1:2")


def test_an_rpm_by_its_own_name():
    subject = subject_of(rpm("openssl-libs", "3-1.el8", source=Source("openssl", "3-1.el8")), ALMA)
    assert (subject.namespace, subject.name) == ("almalinux:8", "openssl-libs")


@pytest.mark.parametrize(
    ("package", "distribution", "cause"),
    [
        (replace(deb(), distro=None), None, UnnamedDistribution("deb")),
        (replace(deb(), distro="homebrewed-1"), DEBIAN, UnknownDistribution),
        (deb("acme", "1-1", Source("acme", "1-1"), vendor="third_party"), DEBIAN, BuiltByThirdParty("deb", "Debian 12")),
        (replace(rpm("a", "1-1", vendor="distribution"), distro="debian-12"), DEBIAN, OtherPackageManager("rpm", "Debian 12")),
        (rpm("a", "1-1.module_el8.4.0+1+2"), ALMA, ModuleWithoutLabel()),
    ],
)
def test_why_no_advisory_assesses_a_package(package, distribution, cause):
    found = subject_of(package, distribution)
    assert found == cause or type(found) is cause


def test_a_third_partys_package_by_its_upstream_version():
    nginx = deb("nginx", "1.24.0-1~bookworm", Source("nginx", "1.24.0-1~bookworm"), vendor="third_party")
    assert subject_of(nginx).upstream
    assert not subject_of(replace(nginx, vendor="distribution")).upstream


def test_the_distribution_of_the_package_database_counts():
    package = replace(deb(), distro="debian-11")
    assert subject_of(package).namespace == "debian:11"


ROOT = deb(version="3.0.11-1.root.io.1", source=Source("openssl", "3.0.11-1.root.io.1"))


def test_a_package_that_a_vendor_patched():
    own = subject_of(ROOT, DEBIAN, info("root:debian:12"))
    assert (own.namespace, own.name, own.in_turn) == ("root:debian:12", "openssl", True)
    assert own.also == (
        ("root:debian:12", "libssl3"),
        ("root:debian:12", "rootio-openssl"),
        ("root:debian:12", "rootio-libssl3"),
        ("debian:12", "openssl"),
    )
    assert (own.version, own.title) == ("3.0.11-1.root.io.1", "root.io, Debian 12")
    assert subject_of(ROOT) == PatchedByVendor("deb", "root.io")


def test_without_the_database_a_patched_package_counts_as_the_releases():
    found = release_subject(replace(ROOT, vendor="distribution"), Inventory(DEBIAN, ()), ECOSYSTEMS["deb"])
    assert isinstance(found, Subject)
    assert found.namespace == "debian:12"


def test_a_vendor_that_may_have_built_a_package_counts_only_with_advisories():
    fips = deb(version="3.0-1+Fips1", source=Source("openssl", "3.0-1+Fips1"))
    fips = replace(fips, distro="ubuntu-22.04", vendor="distribution")
    ubuntu = Distribution("ubuntu", "22.04")
    assert subject_of(fips, ubuntu).namespace == "ubuntu:22.04"
    assert subject_of(fips, ubuntu, info("ubuntu-pro-fips:22.04")).namespace == "ubuntu-pro-fips:22.04"


LIB = rpm("a", "1-1.el8", vendor="distribution")


@pytest.mark.parametrize(
    ("known", "stand_in"),
    [
        ([info("almalinux:8", unfixed=True)], None),
        ([info("almalinux:8")], "release"),
        ([], "rhel:8"),
        ([info("rhel:8", packages=5)], "rhel:8"),
    ],
)
def test_whose_advisories_stand_in_for_a_rebuild(known, stand_in):
    release = release_subject(LIB, Inventory(ALMA, ()), ECOSYSTEMS["rpm"]).stand_in
    assert subject_of(LIB, ALMA, *known).stand_in == (release if stand_in == "release" else stand_in)


@pytest.mark.parametrize(
    ("known", "stand_in"),
    [
        ([info("rocky:9", unfixed=True)], None),
        ([info("rocky:9")], "almalinux:9"),
        ([info("rocky:9"), info("almalinux:9")], "almalinux:9"),
        ([info("almalinux:9")], "almalinux:9"),
        ([], "rhel:9"),
        ([info("rhel:9", packages=5)], "rhel:9"),
        ([info("rhel:9")], "rhel:9"),
    ],
)
def test_a_rebuild_that_names_another_is_assessed_by_it_unless_its_own_feed_is_complete(known, stand_in):
    package = replace(rpm("a", "1-1.el9", vendor="distribution"), distro="rocky-9.4")
    assert subject_of(package, Distribution("rocky", "9.4"), *known).stand_in == stand_in


def test_builds_for_ksplice_are_not_covered_by_a_rebuild():
    ksplice = rpm("glibc", "2:2.28-1.ksplice1.el8", vendor="distribution")
    found = subject_of(replace(ksplice, distro="ol-8.10"), Distribution("ol", "8.10"))
    assert isinstance(found, KspliceBuilds)


def test_an_rpm_of_red_hat_has_its_channels_and_its_source_name():
    package = replace(rpm("openssl-libs", "3-1.el9", source=Source("openssl", "3-1.el9")), distro="rhel-9.4")
    subject = subject_of(replace(package, vendor="distribution"), Distribution("rhel", "9.4"), channels=("rhel-eus:9.4",))
    assert (subject.source, subject.channels) == ("openssl", ("rhel-eus:9.4",))
    bare = replace(package, vendor="distribution", source=None)
    assert subject_of(bare, Distribution("rhel", "9.4"), channels=("x",)).source == "openssl-libs"
