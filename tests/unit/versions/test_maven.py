import pytest
from tests.support.versions import assert_order

from careen.versions.maven import VERSION_SCHEME, satisfies


def test_qualifiers_around_the_release():
    assert_order(
        VERSION_SCHEME,
        "1-alpha",
        "1-alpha-1 = 1a1 = 1.alpha1 = 1-ALPHA-1 = 1.0.0-a1",
        "1-alpha-2",
        "1-beta",
        "1-m3 = 1-milestone-3",
        "1-rc = 1-cr = 1cr",
        "1-rc-1",
        "1-SNAPSHOT = 1.0-snapshot",
        "1 = 1.0 = 1-0 = 1.ga = 1-FINAL = 1.0.0.RELEASE = 1.0.0-0.0 = 01",
        "1-sp",
        "1-sp-1",
        "1-abc",
        "1-def",
        "1-1-snapshot",
        "1-1",
        "1-2",
        "1.0.1",
        "1.1",
    )


def test_tokens_without_text_are_zero():
    assert_order(VERSION_SCHEME, "0-1 = -1", "0.1 = .1", "1--1 = 1-0-1", "1-1", "1.0.1 = 1..1")


def test_zeros_before_a_qualifier_do_not_count():
    assert_order(VERSION_SCHEME, "1.0.0-x = 1x = 1-x = 1.0x = 1-x.0.0", "1.0.1-x")


def test_release_qualifier_with_something_behind():
    assert_order(VERSION_SCHEME, "1.final-alpha", "1", "1.0.final-redhat", "1.0-sp1-redhat", "1.0-sp2-redhat")


def test_numbers_of_any_length():
    assert_order(VERSION_SCHEME, "20190126.230843", "1234567890.12345", "123456789012345.1H.5-beta", "12345678901234567890.1")


def test_the_java_version_of_a_build_does_not_count():
    assert_order(VERSION_SCHEME, "12.10.1.jre11", "12.10.2.jre8 = 12.10.2.jre11 = 12.10.2", "12.11.0.jre8")
    assert_order(VERSION_SCHEME, "-jdk8 = .jdk8", ".jre8")  # nothing but the Java it is for, as a broken manifest has it
    assert_order(VERSION_SCHEME, "32.0.0-android", "32.0.0-jre", "32.0.1-android")


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.0", "[1.0]"),
        ("1.5", "[1.0,2.0)"),
        ("1.0", "[1.0,2.0)"),
        ("0.9", "(,1.0]"),
        ("9", "(,1.0],[1.2,)"),
        ("9", "[,]"),
        ("0.1", "1.0"),  # a soft requirement
        ("1.5", ">=1.0 <2"),
        ("1.5", "> 1.0, < 2 || >3"),
        ("1.0-rc1", "<1.0"),
        ("1.0.RELEASE", "=1"),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.0.1", "[1.0]"),
        ("2.0", "[1.0,2.0)"),
        ("1.0", "(1.0,2.0)"),
        ("1.1", "(,1.0],[1.2,)"),
        ("2.5", ">1 <2 || >=3"),
        ("1.0", "!=1.0.0"),
    ],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)


@pytest.mark.parametrize("constraint", ["", "(1.0)", "[1.0,2.0", "[1.0)", "[]", "[1,2)x", ">", "<1\\.0", "1.0 || [", "[1.0] 2"])
def test_refuses_what_is_not_a_requirement(constraint):
    with pytest.raises(ValueError, match=r"version"):
        satisfies("1.0", constraint)
