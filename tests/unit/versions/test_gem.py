import pytest
from tests.support.versions import assert_order

from careen.versions.gem import VERSION_SCHEME, satisfies


def test_order():
    assert_order(
        VERSION_SCHEME,
        "0.beta",
        "0.beta.1 = 0.0.beta.1 = 0.beta.1.0",
        "0 = 0.0",
        "0.9",
        "1.0.a.2",
        "1.0.a.10",
        "1.0.b1 = 1.0.b.1",
        "1.0.pre.rc1 = 1.0-rc1",
        "1.0 = 1 = 1.0.0.0",
        "1.0.0.1",
        "1.0.1",
        "1.9.2.99",
        "1.10",
    )


def test_the_end_counts_as_zero():
    assert_order(VERSION_SCHEME, "1.a.b", "1.a.0.b", "1.a.0.0.b", "1.a = 1.a.0", "1.a.0.0.1", "1.a.0.1", "1.a.1")
    assert_order(VERSION_SCHEME, "1", "1.0.0.1", "1.0.1", "1.1")


def test_a_platform_is_not_part_of_the_version():
    assert_order(
        VERSION_SCHEME,
        "1.19.2-x86_64-linux",
        "1.19.3 = 1.19.3-aarch64-linux-gnu = 1.19.3-java = 1.19.3-x64-mingw-ucrt = 1.19.3-universal-darwin-9",
    )


def test_case_counts_and_empty_text_is_zero():
    assert_order(VERSION_SCHEME, "0.A", "0.a", "0 = ")


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.5", "~> 1.4"),
        ("1.4.9", "~>1.4.2"),
        ("1.9", "~> 1"),
        ("5.0.0.rc2", "~> 5.a"),
        ("1.5", "> 1, < 2"),
        ("1.5", ">1 <2"),
        ("1.5", "1.5.0"),
        ("1.5", "!= 1.4"),
        ("9", "< 1 || >= 2"),
        ("3.0.rc2", "< 3.0"),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [("2.0", "~> 1.4"), ("1.5", "~>1.4.2"), ("2.0.a", "~> 1.4"), ("2.0.a", "~> 2.0"), ("2", ">1 <2"), ("1.5", "< 1 || >= 2")],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)


@pytest.mark.parametrize("constraint", ["", "!1.2", "> x", "1.0 ||", ">= 1..2", "1.0;2.0"])
def test_refuses_what_is_not_a_requirement(constraint):
    with pytest.raises(ValueError, match="gem"):
        satisfies("1.0", constraint)


@pytest.mark.parametrize("text", ["1..2", "a", "1.", "1.2_3", ".1"])
def test_refuses_what_is_not_a_version(text):
    with pytest.raises(ValueError, match="gem"):
        VERSION_SCHEME.key(text)
