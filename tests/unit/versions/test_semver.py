import pytest
from tests.support.versions import assert_order

from careen.versions.semver import VERSION_SCHEME, satisfies


def test_precedence():
    assert_order(
        VERSION_SCHEME,
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-A",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-r100",
        "1.0.0-r2",
        "1.0.0-rc.1 = 1.0.0-rc.1+build.5",
        "1.0.0 = v1.0.0 = 1 = 1.0 = 1.0.0.0 = 1.0.0+a",
        "1.0.0.1",
        "1.0.1",
        "1.10.0",
    )


def test_pre_release_without_hyphen():
    assert_order(VERSION_SCHEME, "1.20-rc1 = 1.20rc1 = 1.20.0-rc1", "1.20-rc2", "1.20")
    assert_order(VERSION_SCHEME, "1.0.0.rc.1 = 1.0.0-rc.1", "1.0.0")


@pytest.mark.parametrize("text", ["", "x", "1..2", "1.0.0-", "1.0.0-é", "v", "1.2.3 4", ".1"])
def test_refuses(text):
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key(text)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("2.0.7", "2.0"),
        ("2.0.7", "=2.x"),
        ("1.1.9", "<=1.1"),
        ("2.0.0", ">1"),
        ("1.9.0", "^1.2.3"),
        ("0.2.9", "^0.2.3"),
        ("0.0.3", "^0.0.3"),
        ("1.2.9", "~1.2.3"),
        ("1.0.0-beta", ">=1.0.0-alpha, <2"),
        ("4.0.0", ">=1 <2 || >3"),
        ("1.0.0", ""),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint) is (version != "1.0.0-beta")
    assert satisfies(version, constraint, prerelease=True)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("2.1.0", "2.0"),
        ("1.2.0", "<=1.1"),
        ("1.9.9", ">1"),
        ("2.0.0", "^1.2.3"),
        ("0.3.0", "^0.2.3"),
        ("0.0.4", "^0.0.3"),
        ("1.3.0", "~1.2.3"),
        ("4.1.9", "!=4.1"),
        ("2.5.0", ">=1 <2 || >2"),
        ("2.0.0-rc.1", "^1.2.3"),
        ("1.0.0", ">=1-0"),
    ],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)
    assert not satisfies(version, constraint, prerelease=True)


def test_zero_padding_takes_missing_numbers_for_zero():
    assert satisfies("2.0.0", "=2", zeropad=True)
    assert not satisfies("2.0.1", "=2", zeropad=True)
    assert satisfies("2.0.1", "=2.x", zeropad=True)
    assert satisfies("2.0.1", ">2", zeropad=True)
    assert satisfies("1.2.9", "~1.2", zeropad=True)


@pytest.mark.parametrize("constraint", [">", "1.0 || >", "a.b", "1 - 2", ">=1.0;<2"])
def test_refuses_what_is_not_a_range(constraint):
    with pytest.raises(ValueError, match="range"):
        satisfies("1.0.0", constraint)
