import pytest
from tests.support.versions import assert_order

from careen.versions.generic import VERSION_SCHEME, satisfies


def test_order():
    assert_order(VERSION_SCHEME, "1.7rc1", "1.7rc2", "1.7 = v1.7.0.0 = 1.7+security-01", "1.7.0.1", "1.10")


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.0.9.6", "~> 1.0.9.5"),
        ("2.5", "~> 2.0"),
        ("2.2.0-alpha", "~> 2.1.0-a"),
        ("1.2.9", "~1.2.3"),
        ("1.9", "^1.2"),
        ("1.5", ">1.0, <2"),
        ("4.0", "<1 || >3"),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [("1.0.10", "~> 1.0.9.5"), ("3.0", "~> 2.0"), ("1.3", "~1.2.3"), ("2.0.1", "=2.0"), ("2", "!=2.0")],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)


@pytest.mark.parametrize("constraint", ["", "*", "1.x", ">", "1.0 || "])
def test_refuses_wildcards_and_emptiness(constraint):
    with pytest.raises(ValueError, match=r"range|constraint"):
        satisfies("1.0", constraint)
