import pytest

from careen.matching.vendors import vendor_of
from careen.model.package import Distribution, Package

DEBIAN = Distribution("debian", "12")


def deb(version, maintainer=None):
    return vendor_of(Package("deb", "debian", "x", version, maintainer=maintainer), DEBIAN)


def rpm(id, vendor):
    return vendor_of(Package("rpm", id, "x", "1-1", maintainer=vendor), Distribution(id, "9"))


@pytest.mark.parametrize(
    ("version", "maintainer"),
    [
        ("3.0.13-1~deb12u1", "Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>"),
        ("12.4+deb12u5", "Santiago Vila <sanvila@debian.org>"),
        ("1.2.3-4+b1", "Jane Person <jane@example.net>"),
        ("2.38.1-5+deb12u1", None),
        ("5.15.0-1~bpo12+1", "Somebody <somebody@gmail.com>"),
        ("12.3.0-1ubuntu1~22.04", "Ubuntu Core Developers <ubuntu-devel-discuss@lists.ubuntu.com>"),
        ("3.0.0-1", "A Maintainer <person@nvidia.com>"),
        ("1.3.1-1+b1", "Debian Python Team <team+python@tracker.debian.org>,"),
        ("1.0-1", "Debian"),  # the supplier in an SBOM
        ("0.2-1+squeeze1", "Jane Person <jane@example.net>"),
    ],
)
def test_ordinary_debs_are_the_distributions(version, maintainer):
    assert deb(version, maintainer) == "distribution"


@pytest.mark.parametrize(
    ("version", "maintainer"),
    [
        ("18.19.0-1nodesource1", "Ivan Iguaran <ivan@nodesource.com>"),
        ("5:24.0.7-1~debian.12~bookworm", "Docker <support@docker.com>"),
        ("1.25.3-1~bookworm", "NGINX Packaging <nginx-packaging@f5.com>"),
        ("16.1-1.pgdg120+1", "Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>"),
        ("8.3.1-1+0~20231221.7+debian12~1.gbp+deb.sury.org~1", None),
        ("1:11.2.2+maria~deb12", "MariaDB Developers <maria-developers@lists.launchpad.net>"),
        ("1.0-1~jammy1~ppa2", "Someone <someone@example.org>"),
        ("8.12.0", "Elastic Packages <info@elastic.co>"),
        ("3.11.2-1+jammy1", "Jane Person <jane@example.net>"),
        ("4.2.2-1~bookwormcran.0", "Jane Person <jane@example.net>"),
        ("1:0.12.6.1-2.jammy", "Jane Person <jane@example.net>"),
        ("8.2.4-1+0~20230316.16+debian12~1.gbp8e38b8", "Jane Person <jane@example.net>"),
    ],
)
def test_signs_of_a_third_party(version, maintainer):
    assert deb(version, maintainer) == "third_party"


def test_an_rpm_names_its_vendor():
    assert rpm("rhel", "Red Hat, Inc.") == "distribution"
    assert rpm("almalinux", "AlmaLinux") == "distribution"
    assert rpm("rocky", "Rocky Enterprise Software Foundation") == "distribution"
    assert rpm("sles", "SUSE LLC <https://www.suse.com/>") == "distribution"
    assert rpm("rhel", "Fedora Project") == "third_party"  # EPEL
    assert rpm("fedora", "Fedora Project") == "distribution"
    assert rpm("almalinux", "NodeSource") == "third_party"
    assert rpm("almalinux", None) == "unknown"


def test_apk_and_packages_without_a_distribution():
    assert vendor_of(Package("apk", "alpine", "x", "1-r0"), Distribution("alpine", "3.20.1")) == "distribution"
    assert vendor_of(Package("deb", None, "x", "1"), None) == "unknown"
    assert vendor_of(Package("pypi", None, "x", "1"), DEBIAN) == "unknown"


def test_a_package_bound_to_another_distribution_is_measured_by_it():
    package = Package("rpm", "almalinux", "x", "1-1", maintainer="AlmaLinux", distro="almalinux-9.4")
    assert vendor_of(package, DEBIAN) == "distribution"
    assert vendor_of(package, None) == "distribution"


@pytest.mark.parametrize(
    "maintainer",
    [
        "<root@buildhost>",
        "Root <root@ci.example.org>",
        "<builder@9f1c2d3e4f50>",
        "none",
        "Chrome Linux Team <chromium-dev@chromium.org>",
        "PowerDNS.COM AUTOBUILDER <powerdns.support@powerdns.com>",
        "Corretto Team <corretto-team@amazon.com>",
        "Containerd team <help@containerd.io>",
        "HashiCorp",  # an archive takes no maintainer without an address
        "GitHub",
        "Docker (support@docker.com)",  # as SPDX has it
        "Eclipse Adoptium Package Maintainers <temurin-dev@eclipse.org>",
        "Kubernetes Authors <dev@kubernetes.io>",
        "A Maker <maker@users.noreply.github.com>",
    ],
)
def test_makers_and_machines_are_third_parties(maintainer):
    assert deb("1.2.3-1", maintainer) == "third_party"


@pytest.mark.parametrize(
    ("release", "expected"), [("3PGDG.rhel9", "third_party"), ("1.el9.remi", "third_party"), ("1.el9", "unknown")]
)
def test_the_release_of_an_rpm_without_vendor(release, expected):
    package = Package("rpm", "almalinux", "x", f"1.2-{release}")
    assert vendor_of(package, Distribution("almalinux", "9")) == expected


@pytest.mark.parametrize(
    ("id", "name", "version", "expected"),
    [
        ("almalinux", "kubelet", "1.26.0-0", "third_party"),  # no el9: not built by who marks all builds
        ("rhel", "jenkins", "2.375.1-1.1", "third_party"),
        ("almalinux", "nginx", "1.20.1-14.el9", "unknown"),
        ("almalinux", "basesystem", "11-5", "unknown"),  # nothing that a maker is known for
        ("rocky", "containerd.io", "1.6.26-3.1.el9", "third_party"),  # a name that its maker alone uses
        ("ol", "percona-server-server", "8.0.32-24.1.el8", "third_party"),
        ("rhel", "postgresql15-server", "15.3-1.el9", "third_party"),
        ("amzn", "postgresql15-server", "15.3-1.amzn2023.0.1", "unknown"),
        ("rhel", "postgresql-server", "13.7-1.el9", "unknown"),
    ],
)
def test_programs_whose_vendor_is_lost(id, name, version, expected):
    assert vendor_of(Package("rpm", id, name, version), Distribution(id, "9")) == expected


def test_makers_of_a_distribution_and_of_programs_for_others():
    def vendor(id, version, maintainer):
        return vendor_of(Package("rpm", id, "x", version, maintainer=maintainer), Distribution(id, "3.0"))

    assert vendor("ol", "8.0.33-1.el9", "Oracle and/or its affiliates") == "third_party"  # MySQL
    assert vendor("ol", "1.1.1k-9.el8", "Oracle America") == "distribution"
    assert vendor("azurelinux", "8.0.2-1.azl3", "Microsoft Corporation") == "distribution"
    assert vendor("azurelinux", "16.0.4003.1-1", "Microsoft Corporation") == "third_party"  # SQL Server
    assert vendor("mariner", "8.8.0-1.cm2", "Microsoft Corporation") == "distribution"


def test_a_package_that_makepkg_built_without_a_configured_packager():
    arch = Distribution("arch", "")
    own = Package("alpm", None, "yay", "12.4.2-1", maintainer="Unknown Packager")
    assert vendor_of(own, arch) == "third_party"
    assert vendor_of(Package("alpm", None, "curl", "8.9.1-1", maintainer="A Packager <a@archlinux.org>"), arch) == "unknown"


def test_an_apk_of_nginx_org():
    alpine = Distribution("alpine", "3.20.3")
    for maintainer, expected in (
        ("NGINX Packaging <nginx-packaging@f5.com>", "third_party"),
        ("Jakub Jirutka <jakub@jirutka.cz>", "distribution"),
        ("Somebody <somebody@microsoft.com>", "distribution"),
        (None, "distribution"),
    ):
        assert vendor_of(Package("apk", None, "nginx", "1.27.2-r1", maintainer=maintainer), alpine) == expected


UBUNTU = Distribution("ubuntu", "22.04")


@pytest.mark.parametrize("version", ["3.5.0-corp1", "3.0.11-1+acme1", "3.0.11-0company2", "1.2-3~internal.4", "2.0-1.hotfix"])
def test_a_revision_with_a_word_that_no_build_of_debian_has_is_somebody_elses(version):
    assert deb(version, "Jane Person <jane@example.net>") == "third_party"
    ubuntu = Package("deb", "ubuntu", "x", version, maintainer="Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>")
    assert vendor_of(ubuntu, UBUNTU) == "third_party"


@pytest.mark.parametrize(
    "version",
    [
        "5.2.15-2+b7", "0.631-1+deb9u1build0.18.04.1", "2.4.31-1+nmu2ubuntu8.5+esm5", "1.1.1f-1ubuntu2.fips.7",
        "1-1~exp1ubuntu2", "1.0-2~bpo12+1", "4.4.0-1+rpi1", "6.2.0-0experimental1", "2.44-3cross1+nmu1+b1",
        "0~20240101-1+git20240102.ab12cd3-4", "1:8.1.0r7-1~1.gbp36536b", "2.0.3+keepassxc1", "20230311+deb12u1",
        "1.0-1+git20240101.abcdef1",
    ],
)  # fmt: skip
def test_suffixes_of_the_distributions_own_builds(version):
    assert deb(version, "Jane Person <jane@example.net>") == "distribution"


def test_ubuntu_writes_its_own_address_into_what_it_builds():
    def ubuntu(maintainer):
        return vendor_of(Package("deb", "ubuntu", "x", "1.0-1", maintainer=maintainer), UBUNTU)

    assert ubuntu("Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>") == "distribution"
    assert ubuntu("Canonical Kernel Team <kernel-team@lists.ubuntu.com>") == "distribution"
    assert ubuntu(None) == "distribution"  # an SBOM may leave it out
    assert ubuntu("Steve Person <steve@debian.org>") == "third_party"


def test_an_rpm_without_vendor_in_a_database_that_names_it_is_somebody_elses():
    package = Package("rpm", "rhel", "tool", "1.0-1", cataloger="rpm")
    assert vendor_of(package, Distribution("rhel", "9")) == "third_party"
    assert vendor_of(Package("rpm", "rhel", "tool", "1.0-1.el9"), Distribution("rhel", "9")) == "unknown"
    assert vendor_of(package, Distribution("openeuler", "22.03")) == "unknown"


def test_what_docker_maintains_is_of_its_own_hardened_images():
    docker = "Docker <support@docker.com>"
    assert vendor_of(Package("deb", "dhi", "x", "1-1", maintainer=docker), Distribution("dhi", "13")) == "distribution"
    assert deb("1-1", docker) == "third_party"


@pytest.mark.parametrize("codename", ["bookworm", "noble", "resolute", "stonking"])
def test_a_codename_marks_a_third_partys_build_of_any_release(codename):
    assert deb(f"1.0~{codename}") == deb(f"1:2.0+{codename}1") == "third_party"


def test_codenames_that_distributions_write_themselves_mark_nothing():
    assert deb("1.0-1+wheezy2") == deb("1.0~trusty") == "distribution"
