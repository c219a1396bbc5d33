import pytest
from tests.support.reading import MemoryFile

from careen.catalogers.distribution import join, read
from careen.model.delta import Fact


def of(**files):
    """Files by path, with ``__`` for a slash and ``_`` for a hyphen."""
    facts = []
    for name, content in files.items():
        path = name.replace("__", "/").replace("_", "-").replace("debian-version", "debian_version")
        facts += [Fact(path, 0, value) for value in read(MemoryFile(path, content.encode()))]
    return dict(join(facts))[""]


@pytest.mark.parametrize(
    ("name", "content", "id", "version"),
    [
        ("alpine-release", "3.18.4\n", "alpine", "3.18.4"),
        ("debian_version", "9.8\n", "debian", "9.8"),
        ("lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=18.04\nDISTRIB_CODENAME=bionic\n", "ubuntu", "18.04"),
        ("lsb-release", 'DISTRIB_ID="VMware Photon OS"\nDISTRIB_RELEASE="3.0"\n', "photon", "3.0"),
        ("lsb-release", 'DISTRIB_ID="Mariner"\nDISTRIB_RELEASE="2.0.20240112"\n', "mariner", "2.0.20240112"),
        ("almalinux-release", "AlmaLinux release 8.4 (Electric Cheetah)\n", "almalinux", "8.4"),
        ("rocky-release", "Rocky Linux release 9.3 (Blue Onyx)\n", "rocky", "9.3"),
        ("oracle-release", "Oracle Linux Server release 7.6\n", "ol", "7.6"),
        ("enterprise-release", "Enterprise Linux Enterprise Linux Server release 5.11 (Carthage)\n", "ol", "5.11"),
        ("centos-release", "CentOS Linux release 7.6.1810 (Core) \n", "centos", "7.6.1810"),
        ("centos-release", "CentOS release 5.11 (Final)\n", "centos", "5.11"),
        ("redhat-release", "Red Hat Enterprise Linux Server release 7.9 (Maipo)\n", "rhel", "7.9"),
        ("redhat-release", "Scientific Linux release 7.9 (Nitrogen)\n", "scientific", "7.9"),
        ("redhat-release", "CloudLinux release 8.6 (Leonid Kadenyuk)\n", "cloudlinux", "8.6"),
        ("fedora-release", "Fedora release 39 (Thirty Nine)\n", "fedora", "39"),
        ("system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03"),
        ("system-release", "Amazon Linux release 2 (Karoo)\n", "amzn", "2"),
        ("SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n", "opensuse", "13.2"),
        ("SuSE-release", "openSUSE Leap 42.3\nVERSION = 42.3\n", "opensuse-leap", "42.3"),
        (
            "SuSE-release",
            "SUSE Linux Enterprise Server 12 (x86_64)\nVERSION = 12\nPATCHLEVEL = 5\n# This file is deprecated\n",
            "sles",
            "12.5",
        ),
        ("SuSE-release", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 0\n", "sles", "11"),
        ("photon-release", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=2f5aad892\n", "photon", "4.0"),
        ("mariner-release", "CBL-Mariner 2.0.20220226\nMARINER_BUILD_NUMBER=e3a1bd4\n", "mariner", "2.0.20220226"),
        ("azurelinux-release", "Microsoft Azure Linux 3.0.20240727\nAZURELINUX_BUILD_NUMBER=1\n", "azurelinux", "3.0.20240727"),
        ("openEuler-release", "openEuler release 22.03 (LTS)\n", "openeuler", "22.03"),
        ("anolis-release", "Anolis OS release 8.6\n", "anolis", "8.6"),
        ("mageia-release", "Mageia release 9 (Official) for x86_64\n", "mageia", "9"),
        ("gentoo-release", "Gentoo Base System release 2.14\n", "gentoo", "2.14"),
        ("altlinux-release", "ALT Server 10.2 (Mendelevium)\n", "altlinux", "10.2"),
    ],
)
def test_release_files(name, content, id, version):
    (found,) = read(MemoryFile(f"etc/{name}", content.encode()))
    assert (found.id, found.version) == (id, version)


def test_a_file_without_a_known_name_is_an_error():
    with pytest.raises(ValueError, match="no known distribution"):
        list(read(MemoryFile("etc/system-release", b"Some Other System 4")))
    assert list(read(MemoryFile("etc/lsb-release", b"LSB_VERSION=base-4.0-amd64\n"))) == []


def test_before_its_release_debian_is_named_as_os_release_names_it():
    found = of(etc__debian_version="buster/sid\n")
    assert (found.codename, found.pretty_name) == ("buster", "Debian GNU/Linux buster/sid")


def test_testing_and_unstable_are_not_the_release_that_they_become():
    unreleased = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky\n'
    assert of(etc__os_release=unreleased).version == of(etc__debian_version="forky/sid\n").version == ""
    assert of(etc__os_release=unreleased.replace("/sid", "")).version == "14"


def test_a_derivative_keeps_the_debian_version_of_its_parent():
    found = of(etc__debian_version="buster/sid\n", etc__lsb_release="DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=18.04\n")
    assert (found.id, found.version) == ("ubuntu", "18.04")


def test_os_release_takes_precedence_over_release_files():
    found = of(etc__os_release='ID="rhel"\nVERSION_ID="8.6"\n', etc__redhat_release="CentOS release 6.10 (Final)")
    assert (found.id, found.version) == ("rhel", "8.6")


@pytest.mark.parametrize(("status", "extended"), [("enabled", True), ("disabled", False)])
def test_paid_support_is_seen(status, extended):
    services = f'{{"services": [{{"name": "fips", "status": "n/a"}}, {{"name": "esm-infra", "status": "{status}"}}]}}'
    path = "var__lib__ubuntu_advantage__status.json"
    assert of(etc__os_release="ID=ubuntu\nVERSION_ID=18.04\n", **{path: services}).extended is extended
    assert not of(etc__os_release="ID=debian\nVERSION_ID=12\n", **{path: services}).extended


def test_paid_support_names_its_distribution():
    services = '{"services": [{"name": "esm-apps", "status": "enabled"}]}'
    found = of(**{"var__lib__ubuntu_advantage__status.json": services})
    assert (found.id, found.version, found.extended) == ("ubuntu", "", True)


def test_a_status_of_another_shape_is_ignored():
    for content in (b"{}", b'{"services": 3}', b'{"services": [1, {"name": ["esm-infra"]}]}'):
        assert list(read(MemoryFile("var/lib/ubuntu-advantage/status.json", content))) == []


EDGE = "https://dl-cdn.alpinelinux.org/alpine/edge"
STABLE = "https://dl-cdn.alpinelinux.org/alpine/v3.20"


@pytest.mark.parametrize(
    ("repositories", "codename"),
    [
        (f"{EDGE}/main\n{EDGE}/community\n", "edge"),
        (f"# {STABLE}/main\n{EDGE}/main/\n", "edge"),
        ("http://mirror.example/Edge/main\r\n", "edge"),
        (f"{STABLE}/main\n{STABLE}/community\n", ""),
        (f"{STABLE}/main\n{EDGE}/testing\n", ""),  # the base is of the release
        (f"{STABLE}/main\n@edge {EDGE}/main\n", ""),
        (f"@edge {EDGE}/main\n", ""),  # for packages that name the tag alone
        ("https://apk.example/packages\n", ""),
        ("", ""),
    ],
)
def test_an_alpine_that_takes_packages_of_edge_alone_is_edge(repositories, codename):
    found = of(etc__os_release="ID=alpine\nVERSION_ID=3.20.1\n", etc__apk__repositories=repositories)
    assert (found.version, found.codename, found.evidence.path) == ("3.20.1", codename, "etc/os-release")


def test_repositories_alone_make_no_distribution_and_do_not_change_another():
    facts = [
        Fact("etc/apk/repositories", 0, one) for one in read(MemoryFile("etc/apk/repositories", f"{EDGE}/main\n".encode()))
    ]
    assert dict(join(facts)) == {}
    found = of(etc__os_release="ID=wolfi\nVERSION_ID=20230201\n", etc__apk__repositories=f"{EDGE}/main\n")
    assert (found.id, found.codename) == ("wolfi", "")
