"""OSV ecosystems and the namespaces they stand for."""

import pytest

from careen.formats.feeds.ecosystems import ecosystem_of, namespace_of


@pytest.mark.parametrize(
    ("ecosystem", "namespace"),
    [
        ("PyPI", "PyPI"), ("crates.io", "crates.io"), ("Packagist:https://packages.drupal.org/8", "Packagist"),
        ("Maven:https://maven.example", "Maven"), ("Debian:12", "debian:12"), ("Debian:6.0", "debian:6"),
        ("Ubuntu:22.04:LTS", "ubuntu:22.04"), ("Ubuntu:21.10", "ubuntu:21.10"), ("Ubuntu:Pro:18.04:LTS", "ubuntu-pro:18.04"),
        ("Ubuntu:Pro:FIPS:22.04:LTS", "ubuntu-pro-fips:22.04"), ("Alpine:v3.18", "alpine:3.18"), ("Alpine:edge", "alpine:edge"),
        ("AlmaLinux:9", "almalinux:9"), ("Rocky Linux:8", "rocky:8"), ("Red Hat:enterprise_linux:9::baseos", "rhel:9"),
        ("Red Hat:enterprise_linux:10.0", "rhel:10"), ("Red Hat:rhel_eus:9.2::appstream", "rhel_eus:9.2"),
        ("openSUSE:Leap 15.5", "opensuse-leap:15.5"), ("openSUSE:Tumbleweed", "opensuse-tumbleweed"),
        ("SUSE:Linux Enterprise Server 15 SP5", "sles:15.5"),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "sles:15.5"),
        ("SUSE:Linux Enterprise Server 12", "sles:12"), ("Wolfi", "wolfi"), ("Chainguard", "chainguard"),
        ("MinimOS", "minimos"),
        ("Alpaquita:stream", "alpaquita:stream"), ("BellSoft Hardened Containers:23", "bellsoft-hardened-containers:23"),
        ("Azure Linux:3", "azurelinux:3.0"), ("Azure Linux:2", "mariner:2.0"), ("Photon OS:5.0", "photon:5.0"),
        ("openEuler:24.03-LTS-SP1", "openeuler:24.03-lts-sp1"), ("openEuler:23.09", "openeuler:23.09"),
        ("Red Hat:openshift:4.14::el9", "openshift:4.14:el9"), ("SUSE:Linux Enterprise Server 16.0", "sles:16.0"),
        ("SUSE:Linux Enterprise Server 15 SP4-LTSS", "sles-ltss:15.4"), ("Mageia:9", "mageia:9"), ("CleanStart", "cleanstart"),
        ("Some New OS:Big Release", "some-new-os:big release"),
    ],
)  # fmt: skip
def test_namespace_of(ecosystem, namespace):
    assert namespace_of(ecosystem) == namespace


@pytest.mark.parametrize(
    ("namespace", "ecosystem"),
    [
        ("PyPI", "PyPI"),
        ("ubuntu-pro:18.04", "Ubuntu"),
        ("rocky:9", "Rocky Linux"),
        ("wolfi", "Wolfi"),
        ("debian:12", "Debian"),
        ("nobody:12", "nobody:12"),
    ],
)
def test_ecosystem_of(namespace, ecosystem):
    assert ecosystem_of(namespace) == ecosystem
