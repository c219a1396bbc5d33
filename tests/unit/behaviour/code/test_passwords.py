"""Which texts in code are passwords."""

import pytest

from careen.behaviour.code.passwords import is_password, names_password, password_set


@pytest.mark.parametrize("name", [b"password", b"DB_PASSWORD", b"$dbPassword", b"secret_key_base", b"apiKey", b"x.auth_token"])
def test_names_of_passwords(name):
    assert is_password(name)


@pytest.mark.parametrize("name", [b"password_hint", b"passwords", b"secretary", b"key"])
def test_names_that_look_alike(name):
    assert not is_password(name)


def test_a_match_never_shows_the_value():
    (match,) = password_set(b"password", b"hunter22", 3)
    assert (match.rule, match.line, match.text) == ("COD-012", 3, "password has a value of 8 letters in the code")


@pytest.mark.parametrize(
    "content",
    [
        b"abcd",
        b"two words",
        "密码密码".encode(),
        b"field_password",
        b"change_me",
        b"put_it_here",
        b"<value>",
        b"$other",
        b"/run/x",
    ],
    ids=range(9),
)
def test_what_is_no_password(content):
    assert list(password_set(b"password", content, 1)) == []


def test_expressions_that_name_a_password():
    assert names_password(b"$user->passwd")
    assert not names_password(b"$url")
