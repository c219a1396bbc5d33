import pytest

from careen.matching.distributions import distribution_of, parent_of, release_of
from careen.model.package import Distribution, Package


@pytest.mark.parametrize(
    ("id", "version", "namespace"),
    [
        ("debian", "12", "debian:12"),
        ("debian", "9.1", "debian:9"),
        ("debian", "", "debian:sid"),
        ("ubuntu", "22.04", "ubuntu:22.04"),
        ("ubuntu", "20.04-ESM", "ubuntu:20.04"),
        ("alpine", "3.18.4", "alpine:3.18"),
        ("alpine", "3.21.0_alpha20240807", "alpine:edge"),
        ("alpine", "edge", "alpine:edge"),
        ("rhel", "8.6", "rhel:8"),
        ("centos", "7", "rhel:7"),
        ("almalinux", "9.4", "almalinux:9"),
        ("rocky", "9.3", "rocky:9"),
        ("ol", "8.9", "ol:8"),
        ("amzn", "2", "amzn:2"),
        ("amzn", "2018.03", "amzn:1"),
        ("amzn", "2023.3.20240304", "amzn:2023"),
        ("fedora", "40", "fedora:40"),
        ("anolis", "8.8", "anolis:8"),
        ("openeuler", "23.09", "openeuler:23.09"),
        ("sles", "15.5", "sles:15.5"),
        ("opensuse-leap", "15.6", "opensuse-leap:15.6"),
        ("opensuse", "42.3", "opensuse-leap:42.3"),
        ("opensuse-tumbleweed", "20240601", "opensuse-tumbleweed"),
        ("sles_sap", "15.5", "sles:15.5"),
        ("sle_hpc", "15.4", "sles:15.4"),
        ("photon", "5.0", "photon:5.0"),
        ("azurelinux", "3.0", "azurelinux:3.0"),
        ("mariner", "2.0.20240112", "mariner:2.0"),
        ("wolfi", "20230201", "wolfi"),
        ("chainguard", "20230214", "chainguard"),
        ("alpaquita", "23", "alpaquita:23"),
        ("ubuntu", "26.10", "ubuntu:26.10"),
        ("ubuntu", "28.04", "ubuntu:28.04"),  # a release that is not known yet has a name by the same rule
        ("dhi", "13", "dhi:13"),
        ("dhi", "3.22.1", "dhi:3.22"),
        ("hummingbird", "1", "hummingbird:1"),
        ("hummingbird", "20251124", "hummingbird:1"),
        ("hummingbird", "", "hummingbird:1"),
        ("mageia", "9", "mageia:9"),
        ("opensuse-leap-micro", "5.5", "opensuse-leap-micro:5.5"),
        ("bottlerocket", "1.19.0", "bottlerocket"),
        ("postmarketos", "v24.06", "postmarketos:24.06"),
        ("postmarketos", "edge", "postmarketos:edge"),
        ("altlinux", "p10", "altlinux:10"),
        ("altlinux", "10.2", "altlinux:10"),
        ("altlinux", "20240601", "altlinux:sisyphus"),
        ("rhcos", "4.15", "rhcos:4.15"),
        ("secureos", "1", "secureos"),
        ("cleanstart", "1.2", "cleanstart"),
    ],
)
def test_the_namespace_of_a_release(id, version, namespace):
    assert release_of(Distribution(id, version)).namespace == namespace


def test_an_alpine_that_follows_edge_is_assessed_as_edge():
    image = Distribution("alpine", "3.20.1", "edge")
    assert (release_of(image).namespace, release_of(image).title) == ("alpine:edge", "Alpine edge")
    assert distribution_of(Package("apk", "alpine", "musl", "1.2.5-r1", distro="alpine-3.20.1"), image) == image


@pytest.mark.parametrize(
    ("version", "image", "release"),
    [
        ("3.0.20-1~deb12u2", "13", "12"),
        ("1.22.1-9+deb12u9", "13", "12"),
        ("8.14.1-2+deb13u2~bpo12+1", "12", "12"),
        ("1.2-3+deb13u1~deb12u1", "13", "12"),
        ("3.5.7-1~deb13u3", "13", "13"),
        ("3.5.7-1~deb13u3", "13.1", "13.1"),
        ("1.12-1", "13", "13"),
        ("1.2-3+deb12u1", "", ""),  # testing and unstable get such packages too
    ],
)
def test_a_package_with_the_mark_of_another_release_of_debian_is_of_that_release(version, image, release):
    package = Package("deb", "debian", "a", version, distro=f"debian-{image}".rstrip("-"))
    found = distribution_of(package, Distribution("debian", image, "trixie", "Debian GNU/Linux"))
    assert (found.id, found.version) == ("debian", release)
    assert distribution_of(package, None) == Distribution("debian", release)


def test_marks_of_debian_mean_nothing_elsewhere():
    for image in (Distribution("ubuntu", "22.04"), Distribution("alpine", "3.18")):
        package = Package("deb", image.id, "a", "1.2-3+deb12u1", distro=f"{image.id}-{image.version}")
        assert distribution_of(package, image) == image


def test_service_packs_are_releases_of_their_own():
    """Their VERSION_ID is the same."""
    for pack in ("LTS", "LTS-SP3"):
        found = release_of(Distribution("openeuler", "22.03", pretty_name=f"openEuler 22.03 ({pack})"))
        assert found.namespace == f"openeuler:22.03-{pack.lower()}"
    first = release_of(Distribution("openeuler", "22.03", pretty_name="openEuler 22.03 LTS"))
    assert first.namespace == "openeuler:22.03-lts"
    assert release_of(Distribution("openeuler", "23.09", pretty_name="openEuler 23.09")).namespace == "openeuler:23.09"


def test_derivatives_are_not_assessed_as_their_parents():
    parrot = Distribution("parrot", "6.0", id_like=("debian",))
    assert release_of(parrot) is None
    assert parent_of(parrot) == "Debian"
    assert parent_of(Distribution("nonesuch", "1")) is None


def test_hardened_images_are_not_assessed_as_what_they_are_like():
    image = Distribution("dhi", "13", "trixie", ("debian",), "Docker Hardened Images (Debian 13)")
    found = release_of(image)
    assert (found.namespace, found.title, found.stand_in, found.packages) == (
        "dhi:13",
        "Docker Hardened Images 13",
        None,
        ("deb", "apk"),
    )


def test_centos_stream_is_ahead_of_what_it_is_named_after():
    stream = release_of(Distribution("centos", "9", pretty_name="CentOS Stream 9"))
    assert (stream.namespace, stream.stand_in, stream.title) == ("centos-stream:9", "almalinux:9", "CentOS Stream 9")
    assert release_of(Distribution("centos", "8", pretty_name="CentOS Linux 8")).stand_in == "almalinux:8"


def test_a_release_that_is_not_named_is_not_guessed():
    assert release_of(Distribution("ubuntu", "")) is None


@pytest.mark.parametrize(
    ("distro", "expected"),
    [
        (None, ("debian", "12")),
        ("debian-12", ("debian", "12")),
        ("alpine-3.10", ("alpine", "3.10")),
        ("opensuse-leap-15.6", ("opensuse-leap", "15.6")),
        ("wolfi", ("wolfi", "")),
        ("some-thing-7", ("some-thing", "7")),
    ],
)
def test_a_package_may_be_bound_to_another_distribution_than_the_image(distro, expected):
    image = Distribution("debian", "12", "bookworm")
    found = distribution_of(Package("deb", None, "x", "1", distro=distro), image)
    assert (found.id, found.version) == expected


@pytest.mark.parametrize(
    ("id", "version", "lifetime"),
    [
        ("centos", "8", "centos:8"),
        ("amzn", "2018.03", "amzn:2018.03"),
        ("amzn", "2023", ""),
        ("sles", "15", "sles:15.0"),
        ("sles", "15.6", ""),
        ("rocky", "9.4", ""),
    ],
)
def test_support_ends_with_that_of_the_distribution(id, version, lifetime):
    assert release_of(Distribution(id, version)).lifetime == lifetime


def test_testing_and_unstable_have_a_codename_alone():
    image = Distribution("debian", "", "forky")
    assert distribution_of(Package("deb", None, "x", "1", distro="debian-forky"), image) is image
    elsewhere = distribution_of(Package("deb", None, "x", "1", distro="debian-forky"), None)
    assert release_of(elsewhere).namespace == release_of(image).namespace == "debian:sid"


def test_a_package_of_the_images_distribution_keeps_the_images_description():
    image = Distribution("debian", "12", "bookworm", pretty_name="Debian GNU/Linux 12")
    assert distribution_of(Package("deb", None, "x", "1", distro="debian-12"), image) is image
