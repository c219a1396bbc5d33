"""Images of distributions that publish no advisories of their own, as they are met: findings or a reason, never silence."""

import pytest
from tests.support.matching import ECOSYSTEMS, TODAY, advisory, codes, ids, info, knowledge, run

from careen.matching.coverage import coverage
from careen.matching.distributions import distribution_of, release_of
from careen.matching.needs import needed
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package, Source


def deb(name, version, distro, source=None):
    return Package(
        "deb", distro.id, name, version, source=Source(source or name, version), distro=f"{distro.id}-{distro.version}"
    )


@pytest.mark.parametrize(
    ("id", "version", "pretty_name", "stand_in"),
    [
        ("raspbian", "11", "Raspbian GNU/Linux 11 (bullseye)", "debian:11"),
        ("devuan", "4", "Devuan GNU/Linux 4 (chimaera)", "debian:11"),
        ("devuan", "5.0.1", "Devuan GNU/Linux 5 (daedalus)", "debian:12"),
        ("devuan", "", "Devuan GNU/Linux ceres", "debian:sid"),
        ("kali", "2024.1", "Kali GNU/Linux Rolling", "debian:sid"),
        ("linuxmint", "21.3", "Linux Mint 21.3", "ubuntu:22.04"),
        ("linuxmint", "19", "Linux Mint 19", "ubuntu:18.04"),
        ("linuxmint", "6", "LMDE 6 (faye)", "debian:12"),
        ("pop", "22.04", "Pop!_OS 22.04 LTS", "ubuntu:22.04"),
        ("neon", "24.04", "KDE neon User Edition", "ubuntu:24.04"),
        ("elementary", "7.1", "elementary OS 7.1 Horus", "ubuntu:22.04"),
        ("zorin", "17.2", "Zorin OS 17.2", "ubuntu:22.04"),
        ("centos", "8", "CentOS Stream 8", "almalinux:8"),
        ("centos", "9", "", "almalinux:9"),  # as in an SBOM
        ("eurolinux", "9.2", "EuroLinux 9.2", "almalinux:9"),
        ("scientific", "7.9", "Scientific Linux 7.9 (Nitrogen)", "almalinux:7"),
        ("opensuse-microos", "20240601", "openSUSE MicroOS", "opensuse-tumbleweed"),
        ("postmarketos", "v24.06", "postmarketOS v24.06", "alpine:3.20"),
        ("postmarketos", "25.12.1", "postmarketOS v25.12.1", "alpine:3.23"),
        ("postmarketos", "edge", "postmarketOS edge", "alpine:edge"),
    ],
)
def test_whose_advisories_stand_in(id, version, pretty_name, stand_in):
    assert release_of(Distribution(id, version, pretty_name=pretty_name)).stand_in == stand_in


@pytest.mark.parametrize(
    ("id", "version"),
    [("devuan", "99"), ("raspbian", ""), ("linuxmint", "2"), ("parrot", "6.0"), ("astra", "1.7")],
)
def test_an_unknown_release_is_not_guessed(id, version):
    distribution = Distribution(id, version, id_like=("debian",))
    assert release_of(distribution) is None
    matched = run([deb("openssl", "1.0", distribution)], [advisory()], distribution)
    assert (matched.findings, list(codes(matched))) == ((), ["unknown_distribution"])


def test_unchanged_packages_are_assessed_by_the_parents_advisories():
    kali = Distribution("kali", "2024.1", id_like=("debian",), pretty_name="Kali GNU/Linux Rolling")
    records = [info("debian:sid", "debian", unfixed=True), advisory("CVE-2026-0001", "3.0.13-1", "debian:sid", "openssl")]
    packages = [
        deb("libssl3", "3.0.11-1", kali, "openssl"),
        deb("libssl-dev", "3.0.13-1", kali, "openssl"),
        deb("openssl-legacy", "3.0.11-1kali2", kali, "openssl"),
    ]
    matched = run(packages, records, kali)
    (found,) = matched.findings
    assert (found.package_name, found.confidence) == ("libssl3", "likely")
    assert found.reason == "3.0.11-1 < 3.0.13-1 (deb order, Debian sid, standing in for Kali Linux)"
    assert codes(matched)["stand_in"].packages == 2
    assert codes(matched)["unassessed_package"].detail == "deb packages that Kali Linux changed, which no source covers"


@pytest.mark.parametrize(
    ("distro", "namespace"),
    [
        ("opensuse-microos-20240601", "opensuse-microos"),
        ("opensuse-42.3", "opensuse-leap:42.3"),
        ("sles_sap-15.5", "sles:15.5"),
        ("linuxmint-21.3", "linuxmint:21"),
    ],
)
def test_the_words_of_a_purl(distro, namespace):
    package = Package("rpm", None, "x", "1-1", distro=distro)
    assert release_of(distribution_of(package, None)).namespace == namespace


def test_a_derivative_may_have_dates_of_its_own():
    mobile = Distribution("postmarketos", "v24.06")
    assert release_of(mobile).lifetime == ""
    assert release_of(Distribution("centos", "9", pretty_name="CentOS Stream 9")).lifetime == ""


@pytest.mark.parametrize(
    ("id", "version", "kind"),
    [
        ("dhi", "13", "deb"),
        ("dhi", "3.22.1", "apk"),
        ("hummingbird", "1", "rpm"),
        ("mageia", "9", "rpm"),
        ("opensuse-leap-micro", "5.5", "rpm"),
        ("bottlerocket", "1.19.0", "rpm"),
        ("altlinux", "p10", "rpm"),
        ("rhcos", "4.15", "rpm"),
        ("secureos", "1", "apk"),
        ("cleanstart", "1", "apk"),
    ],
)
def test_a_release_of_which_nothing_is_read_is_named_and_not_assessed(id, version, kind):
    """Even where its parent's advisories are there, and would hold the version."""
    distribution = Distribution(id, version, id_like=("debian", "alpine", "rhel", "fedora"))
    package = Package(kind, id, "openssl", "1.0-1", source=Source("openssl", "1.0-1"), maintainer=MAINTAINERS.get(id))
    parents = [info(one, "x", unfixed=True) for one in ("debian:13", "alpine:3.22", "rhel:9", "fedora:40")]
    parents += [advisory(namespace=one.namespace) for one in parents]
    matched = run([package], parents, distribution)
    assert (matched.findings, list(codes(matched))) == ((), ["no_advisories"])


MAINTAINERS = {
    "dhi": "Docker Hardened Images <dhi@docker.com>",
    "mageia": "Mageia.Org",
    "altlinux": "ALT Linux Team",
    "rhcos": "Red Hat, Inc.",
    "opensuse-leap-micro": "openSUSE",
}


def test_a_derivative_lives_as_long_as_what_it_follows():
    mint = Distribution("linuxmint", "19.3", id_like=("ubuntu", "debian"), pretty_name="Linux Mint 19.3")
    assert release_of(mint).lifetime == "ubuntu:18.04"
    assert needed([deb("openssl", "1.1.1-1", mint)], mint, ECOSYSTEMS) >= {"ubuntu:18.04"}


def test_language_packages_of_its_packages_are_left_to_who_stands_in():
    kali = Distribution("kali", "2024.1", id_like=("debian",), pretty_name="Kali GNU/Linux Rolling")
    owner = deb("python3-urllib3", "1.26.5-1", kali, "python-urllib3")
    module = Package("pypi", None, "urllib3", "1.26.5", owned_by=owner.purl)
    records = [
        info("debian:sid", "debian", unfixed=True),
        info("PyPI", "osv"),
        advisory("GHSA-x", "1.26.18", "PyPI", "urllib3"),
    ]
    matched = run([owner, module], records, kali)
    assert (ids(matched), matched.assessed) == ([], 2)


ORACLE = Distribution("ol", "8.9")
CURL = Package("rpm", "ol", "curl", "7.61.1-30.el8", arch="x86_64", distro="ol-8.9")


def test_of_two_that_may_stand_in_a_sample_comes_last():
    erratum = advisory("ALSA-1", "7.61.1-33.el8", "almalinux:8", "curl", aliases=("CVE-2026-0001",))
    sample = info("rhel:8", "redhat", packages=30, partial=True)
    assert ids(run([CURL], [info("almalinux:8", "osv"), sample, erratum], ORACLE)) == ["CVE-2026-0001"]


def test_a_sample_that_stands_in_assesses_only_the_packages_that_it_names():
    sample = info("rhel:8", "redhat", packages=30, partial=True)
    erratum = advisory("RHSA-1", "7.61.1-33.el8", "rhel:8", "curl", aliases=("CVE-2026-0001",), source="redhat")
    other = Package("rpm", "ol", "zlib", "1.2.11-16.el8", arch="x86_64", distro="ol-8.9")
    matched = run([CURL, other], [sample, erratum], ORACLE)
    assert (ids(matched), matched.assessed) == (["CVE-2026-0001"], 1)
    assert codes(matched)["partial_source"].packages == 1
    silent = run([other], [sample], ORACLE)
    assert (silent.assessed, list(codes(silent))) == (0, ["no_advisories"])


SYSTEMS = {
    "rpm": (
        "almalinux:9.4 altlinux:p10 amzn:2 amzn:2023 anolis:8.8 alinux:3 azurelinux:3.0 bottlerocket:1.19.0 centos:7 "
        "circle:8.9 cloudlinux:8.9 eurolinux:9.2 fedora:40 hummingbird:1 kylin:v10 mageia:9 mariner:2.0 miraclelinux:8.8 "
        "ol:9.3 openeuler:22.03 opencloudos:9.0 opensuse:13.2 opensuse-leap:15.6 opensuse-leap-micro:5.5 "
        "opensuse-microos:20240601 opensuse-tumbleweed:20240601 photon:5.0 poky:4.0 rhcos:4.15 rhel:9.4 rocky:9.3 "
        "scientific:7.9 sled:15.5 sles:15.6 sles_sap:15.5 sl-micro:6.0 springdale:8.9 tencentos:4.0 virtuozzo:8"
    ),
    "ebuild": "flatcar:3815.2.0 gentoo:",
    "deb": (
        "astra:1.7 debian:12 debian: deepin:23 devuan:5 dhi:13 echo:1 elementary:7.1 kali:2024.1 linuxmint:21.3 neon:22.04 "
        "parrot:6.0 pop:22.04 pureos:10 raspbian:12 ubuntu:24.04 ubuntu-core:22 zorin:17"
    ),
    "apk": (
        "adelie:1.0 alpaquita:23 cleanstart:1 dhi:3.22 secureos:1 alpine:3.20.1 alpine:3.22.0_alpha20250108 "
        "chainguard:20230214 minimos:1 "
        "postmarketos:v24.06 wolfi:20230201 talos:v1.7.0"
    ),
    "alpm": "arch: manjaro:",
    "freebsd": "freebsd:14.1",
    "opkg": "openwrt:23.05",
    "xbps": "void:",
    "nix": "nixos:24.05",
}


@pytest.mark.parametrize(("kind", "system"), [(kind, one) for kind, listed in SYSTEMS.items() for one in listed.split()])
def test_no_system_ends_in_silence(kind, system):
    """With nothing known of it, and with nothing known but another one's advisories."""
    id, release = system.split(":")
    distribution = Distribution(id, release)
    version = "1.1.1-1.el9" if kind == "rpm" else "1.1.1-1"
    package = Package(kind, id, "openssl", version, source=Source("openssl", version), arch="x86_64")
    unrelated = [info("nobody:1", "nobody", unfixed=True), advisory(namespace="nobody:1")]
    for records in ([], unrelated):
        matched = run([package], records, distribution)
        assert (matched.findings, matched.assessed) == ((), 0)
        assert sum(reason.packages for reason in matched.reasons) == 1
        assert coverage(Inventory(distribution, (package,)), knowledge(*records), matched, (), TODAY).verdict == "not_assessed"
