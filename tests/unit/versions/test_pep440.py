import pytest
from tests.support.versions import assert_order

from careen.versions.pep440 import VERSION_SCHEME, satisfies


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.0.dev1",
        "1.0a1.dev1",
        "1.0a1 = 1.0.alpha1 = 1.0-a.1",
        "1.0a1.post1.dev1",
        "1.0a1.post1",
        "1.0b2",
        "1.0rc1 = 1.0c1 = 1.0.preview1",
        "1.0 = 1 = v1.0.0 = 0!1.0",
        "1.0+abc",
        "1.0+abc.5 = 1.0+ABC-5",
        "1.0+5",
        "1.0.post1.dev1",
        "1.0.post1 = 1.0-1 = 1.0.rev1",
        "1.0.1",
        "1.10",
        "1!0.1",
    )


def test_legacy_text_sorts_below_every_valid_version():
    assert_order(VERSION_SCHEME, "1.0-rc-1-final-x", "1.0-x", "2.0-x = 2.0.0-x", "10.0-x", "0.dev0")


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.5", ">=1.0,<2"),
        ("1.5", ">=1.0 <2"),
        ("1.4.9", "~=1.4.2"),
        ("1.4.9", "==1.4.*"),
        ("1.4+local", "==1.4"),
        ("1.4+local", "==1.4+local"),
        ("1.4", "1.4.0"),
        ("1.4", "=1.4"),
        ("2.0.post1.dev2", "==2.0.post1.*"),
        ("3.0", "<1 || >2"),
        ("some*thing", "===Some*Thing"),
        ("1.0rc1", ">=1.0a1"),
        ("2!1.0", ">=2!0.5"),
    ],
)
def test_admits(version, constraint):
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("2.0a1", "<2"),
        ("1.5", "~=1.4.2"),
        ("1.4", "==1.4+local"),
        ("1.0.0", "===1.0"),
        ("2.0.post2", "==2.0.post1.*"),
        ("2.0.post1", "!=2.0.post1.*"),
        ("1.0.post1", ">1.0"),
    ],
)
def test_leaves_out(version, constraint):
    assert not satisfies(version, constraint)


def test_the_switch_for_prereleases():
    assert satisfies("1.5a1", ">=1.0")
    assert not satisfies("1.5a1", ">=1.0", prerelease=False)
    assert satisfies("1.5a1", ">=1.0a1", prerelease=False)


@pytest.mark.parametrize("constraint", [">=", "~=1", "what?", "==1.0.dev1.*", "1.0 || >=x"])
def test_refuses_other_text(constraint):
    with pytest.raises(ValueError, match=r"."):
        satisfies("1.0", constraint)


def test_a_legacy_version_meets_no_ordered_specifier():
    with pytest.raises(ValueError, match="version"):
        satisfies("1.0-final-x", ">=1.0")
