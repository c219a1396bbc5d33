import pytest
from msgspec.structs import replace

from careen.matching.keys import Key
from careen.matching.ranges import contains
from careen.matching.rpm import is_about_build, lacks_stream, stream_of, without_module_build
from careen.model.advisory import Advisory, Range
from careen.model.package import Package
from careen.plugins import VersionScheme
from careen.versions.rpm import VERSION_SCHEME


def package(version, module=None, arch="x86_64"):
    return Package("rpm", None, "nodejs", version, module=module, arch=arch)


def fix(fixed, module=None, arch=()):
    return Advisory("ALSA-1", "x", "almalinux:8", "nodejs", ranges=(Range(None, fixed),), module=module, arch=arch)


NODE18 = package("1:18.19.0-1.module_el8.9.0+3683", "nodejs:18:8090020231017:rhel8")


@pytest.mark.parametrize(
    ("advisory", "applies"),
    [
        (fix("1:18.20.2-1.module_el8.9.0+3775", "nodejs:18"), True),
        (fix("1:20.12.2-2.module_el8.9.0+3775", "nodejs:20"), False),
        (fix("1:18.20.2-1.el8"), False),  # not of a module
        (fix("1:18.20.2-1.module_el8.9.0+3775"), True),  # stream unnamed, but versioned as its module
        (fix("1:20.12.2-2.module_el8.9.0+3775"), False),
    ],
)
def test_only_advisories_of_its_own_stream_apply_to_a_modules_package(advisory, applies):
    assert is_about_build(advisory, NODE18) is applies


def test_streams_that_versions_do_not_show():
    judy = Package("rpm", None, "Judy", "1.0.5-18.module_el8.5.0+2632", module="mariadb:10.3:8060:abc")
    assert is_about_build(fix("1.0.5-19.module_el8.6.0+2867"), judy)
    assert not is_about_build(fix("1.0.5-19.module_el8.6.0+2867", "mariadb:10.5"), judy)


def test_an_ordinary_package_hears_no_module():
    assert is_about_build(fix("1:18.20.2-1.el8"), package("1:18.19.0-1.el8"))
    assert not is_about_build(fix("1:18.20.2-1.module_el8.9.0+3775"), package("1:18.19.0-1.el8"))
    assert not is_about_build(fix("1:18.20.2-1.el8", "nodejs:18"), package("1:18.19.0-1.el8"))


@pytest.mark.parametrize(
    ("version", "compared"),
    [
        ("1:14.18.2-2.module_el8.5.0+1022+b541f3b1", "1:14.18.2-2"),
        ("2.4.37-47.module+el8.6.0+15654+427eba2e.2", "2.4.37-47.2"),
        ("1:1.20.1-1.module_el8.8.0+3624+abf02be4.1.alma.1", "1:1.20.1-1.1"),
        ("1.0.1-10.module_el8.5.0+150+5f0dbea0.alma", "1.0.1-10"),
        ("0.7.19.0.2.module_el8+5", "0.7.19.0.2"),
        ("1.0-1.el8", "1.0-1.el8"),
    ],
)
def test_versions_without_the_number_of_a_module_build(version, compared):
    assert without_module_build(Key(VersionScheme("texts", lambda text: (text,))))(version) == (compared,)


def test_a_lost_label_leaves_the_stream_unknown():
    assert stream_of(package("1:18.19.0-1.module+el8.9.0+3683")) == ""
    assert not is_about_build(fix("1:18.20.2-1.module+el8.9.0+3775", "nodejs:18"), package("1:18.19.0-1.module+el8.9.0+3683"))
    assert stream_of(package("1.0-1.el8")) is None
    assert stream_of(NODE18) == "nodejs:18"


def test_a_version_without_release_and_stream_may_be_of_any_stream():
    declared = replace(package("18.19.0"), presence="declared")
    labelled, unlabelled, plain = (
        fix("1:18.20.2-1", "nodejs:18"),
        fix("1:18.20.2-1.module_el8.9.0+3775"),
        fix("1:18.20.2-1.el9"),
    )
    assert [lacks_stream(declared, [advisory]) for advisory in (labelled, unlabelled, plain)] == [True, True, False]
    assert lacks_stream(declared, [plain, labelled])
    for known in (
        package("18.19.0"),
        replace(declared, version="18.19.0-1.el9"),
        replace(declared, module="nodejs:18"),
        replace(declared, type="deb"),
    ):
        assert not lacks_stream(known, [labelled])


def test_architectures():
    assert is_about_build(fix("2-1.el8", arch=("x86_64",)), package("1-1.el8"))
    assert not is_about_build(fix("2-1.el8", arch=("aarch64",)), package("1-1.el8"))
    assert is_about_build(fix("2-1.el8", arch=("aarch64",)), package("1-1.el8", arch="noarch"))


@pytest.mark.parametrize(
    ("installed", "fixed", "applies"),
    [
        ("2.17-317.0.1.el7", "2:2.17-157.ksplice1.el7_3.4", False),
        ("2:2.17-156.ksplice1.el7", "2:2.17-157.ksplice1.el7_3.4", True),
        ("2:2.28-151.0.1.ksplice2.el8", "2:2.28-152.ksplice1.el8", False),
        ("10:3.6.15-4.0.1.el8_fips", "10:3.6.16-4.0.1.el8_fips", True),
        ("10:3.6.15-4.0.1.el8_fips", "3.6.16-4.el8", False),
    ],
)
def test_builds_with_a_line_of_their_own(installed, fixed, applies):
    assert is_about_build(fix(fixed), package(installed)) is applies


def test_if_binaries_are_listed_only_their_own_advisories_count():
    """Advisories for hummingbird's curl.src are not about its packages, not even the one named curl."""
    curl = Package("rpm", None, "curl", "8.5.0-1.hum1", arch="x86_64")
    of_source = replace(fix("8.5.0-2.hum1", arch=("src",)), package="curl")
    assert is_about_build(replace(of_source, namespace="rhel:9"), curl)
    assert not is_about_build(replace(of_source, namespace="hummingbird:1"), curl)
    assert is_about_build(replace(of_source, namespace="hummingbird:1", arch=("x86_64",)), curl)


def test_the_order_without_builds_of_modules_has_ranges():
    key = without_module_build(Key(VERSION_SCHEME))
    module = "18.1-1.module+el8+{}+abcdef01"
    assert contains(Range(None, None, module.format(1)), key(module.format(9)), key, module.format(9))
    later = module.format(1).replace("18.1", "18.2")
    assert not contains(Range(None, None, module.format(1)), key(later), key, later)
    assert key("unknown") is None
