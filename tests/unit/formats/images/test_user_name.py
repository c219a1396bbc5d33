"""Users of containers."""

import pytest

from careen.formats.images.user_name import is_root, number_of


@pytest.mark.parametrize("user", ["root", "0", "00", "+0", "-0", "0:1000", " 0 ", "root:app", "0" * 40])
def test_root(user):
    assert is_root(user)


@pytest.mark.parametrize("user", ["", "app", "1000:0", "0x0", "00000000001", "10", "0app", "Root", "0" * 41])
def test_others(user):
    assert not is_root(user)


@pytest.mark.parametrize(("name", "number"), [("010", 10), ("+7", 7), ("app", None), ("", None), ("00000000001", 1)])
def test_numbers(name, number):
    assert number_of(name) == number
