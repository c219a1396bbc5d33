import pytest
from tests.support.versions import assert_order

from careen.versions.composer import VERSION_SCHEME, normalized, satisfies


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.0-dev = 1.0.0.0-dev",
        "1.0-alpha",
        "1.0-alpha1 = 1.0a1 = v1.0.0.a.1",
        "1.0b2-dev",
        "1.0b2 = 1.0-BETA2",
        "1.0b2.1 = 1.0-beta-2.1",
        "1.0RC1",
        "1.0rc10",
        "1.0 = 1 = v1.0.0 = 1.0.0.0 = 1.0+meta = 1.0-stable = 1.0.0@beta",
        "1.0-p1 = 1.0-patch1 = 1.0pl1",
        "1.0.0.1",
        "1.9.5",
        "1.x-dev = 1.*.dev",
        "2.0",
        "20230131.0.0",
        "dev-main",
        "dev-master = master",
    )


def test_text_without_normal_form_compares_as_php_does():
    assert_order(VERSION_SCHEME, "1.2.3.#.beta", "1.2.3.# = 1.2.3", "1.2.3.#.p3", "1.2.3.#.1")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("1.0.0RC1dev", "1.0.0.0-RC1-dev"),
        ("1.0.0.pl3-dev", "1.0.0.0-patch3-dev"),
        ("10.4.13-b.5", "10.4.13.0-beta5"),
        ("2010-01-02-10-20-30.5", "2010.01.02.10.20.30.5"),
        ("20100102203040-p1", "20100102203040-patch1"),
        ("1.x-dev", "1.9999999.9999999.9999999-dev"),
        ("dev-feature/foo as 2.0", "dev-feature/foo"),
        ("1.0.0+foo as 2.0", "1.0.0.0"),
    ],
)
def test_normal_form(text, normal):
    assert normalized(text) == normal


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.9.9", "^1.2"),
        ("1.2.0-beta", "^1.2"),
        ("0.3.9", "^0.3.1"),
        ("1.9.9", "~1.2"),
        ("1.2.9", "~1.2.3"),
        ("1.2.9", "1.2.*"),
        ("2.0.9", "1.0 - 2.0"),
        ("2.0.0", "1.0 - 2.0.0"),
        ("1.3.0-beta", ">1.2"),
        ("1.5", ">=1.0 <2.0"),
        ("1.5", ">=1.0,<2.0"),
        ("3.0", "<1.0 || >=3"),
        ("3.0", "<1.0|>=3"),
        ("1.5", "*"),
        ("1.5", "<>1.4 !=1.3"),
        ("dev-main", "dev-main"),
        ("dev-main", "dev-main#a1b2c3"),
        ("1.0", "1.0@dev"),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("2.0.0-alpha", "^1.2"),
        ("0.4.0", "^0.3.1"),
        ("0.0.2", "^0.0.1"),
        ("2.0", "~1.2"),
        ("1.3", "~1.2.3"),
        ("1.3", "1.2.*"),
        ("2.1", "1.0 - 2.0"),
        ("2.0.1", "1.0 - 2.0.0"),
        ("1.0-beta", "<1.0"),
        ("dev-main", ">=1.0"),
        ("dev-main", "<1.0"),
        ("dev-main", "dev-master"),
    ],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)


@pytest.mark.parametrize("constraint", ["", "~>1.2", ">1.x", "^a", ">=", "1.0 ||", "=>1"])
def test_refuses_what_is_not_a_constraint(constraint):
    with pytest.raises(ValueError, match="composer"):
        satisfies("1.0", constraint)


def test_a_long_run_of_digits_is_read_in_linear_time():
    with pytest.raises(ValueError, match="composer"):
        satisfies("1.0", "^x" + "1" * 10_000)
    assert normalized("1.0-a" + "1" * 900 + "!").startswith("1.0.0.0")
