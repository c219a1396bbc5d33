import pytest
from tests.support.versions import assert_order

from careen.versions.npm import VERSION_SCHEME, satisfies


def test_order():
    assert_order(VERSION_SCHEME, "1.2.3-0", "1.2.3-a", "1.2.3 = v1.2.3 = =1.2.3 = 1.2.3+build", "1.2.4-0", "1.3.0")


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2.9", "1.2"),
        ("1.9.9", "1.x.x"),
        ("9.9.9", "*"),
        ("9.9.9", ""),
        ("1.9.9", "^1.2.3"),
        ("0.2.9", "^0.2.3"),
        ("0.0.9", "^0.0"),
        ("0.9.9", "^0"),
        ("1.2.9", "~1.2.3"),
        ("1.9.9", "~1"),
        ("1.2.9", "~> 1.2.3"),
        ("2.3.9", "1.2 - 2.3"),
        ("1.2.0", "1.2 - 2.3.4"),
        ("0.0.1", "x - 1.x"),
        ("2.0.0", ">1"),
        ("1.9.9", "<=1"),
        ("1.2.3-beta.4", ">=1.2.3-beta.2 <2"),
        ("1.2.3-beta.4", "~1.2.3-beta.2"),
        ("3.0.1", "<1.0.0 || >= 3.0.1"),
        ("1.2.3", "== 1.2.3"),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.2.4", "1.2.3"),
        ("2.0.0", "^1.2.3"),
        ("0.3.0", "^0.2.3"),
        ("0.1.0", "^0.0"),
        ("1.3.0", "~1.2.3"),
        ("2.4.0", "1.2 - 2.3"),
        ("2.3.5", "1.2 - 2.3.4"),
        ("1.9.9", ">1"),
        ("1.2.4-beta.4", ">=1.2.3-beta.2 <2"),
        ("1.2.3-beta.1", "~1.2.3-beta.2"),
        ("2.0.0-rc.1", "^1.0.0"),
        ("1.0.0-rc.1", "*"),
        ("1.0.0", "<*"),
    ],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)


def test_include_prerelease_compares_by_order():
    assert satisfies("1.2.4-beta.4", ">=1.2.3-beta.2 <2", prerelease=True)
    assert satisfies("2.0.0-pre", "2.x", prerelease=True)
    assert satisfies("1.0.0-pre", "1.0 - 2", prerelease=True)
    assert not satisfies("1.0.0-rc.1", "^1.0.0", prerelease=True)
    assert not satisfies("2.0.0-rc.1", "^1.0.0", prerelease=True)


def test_loose_takes_a_missing_hyphen_and_skips_words():
    assert satisfies("1.2.3-beta", ">=1.2.3beta <2 what", loose=True)
    assert not satisfies("2.0.0", "1.0.0 || what", loose=True)
    with pytest.raises(ValueError, match="range"):
        satisfies("1.2.3-beta", ">=1.2.3beta")


@pytest.mark.parametrize("constraint", ["what", "!1.0.0", "!=1.0.0", "1.0.0 || what", "1.2-a", "1.2.3.4", ">=1 - 2", "1 -2"])
def test_refuses_what_is_not_a_range(constraint):
    with pytest.raises(ValueError, match="range"):
        satisfies("1.0.0", constraint)
