import math

import pytest

from careen.secrets.placeholders import crossed_out, entropy, placeholder


@pytest.mark.parametrize(
    "value", [b"xxxxxxxx", b"abc****", b"AKIA...", b"[redacted]", b"put_your_key", b"YOUR_TOKEN", b"tiger"]
)
def test_crossed_out(value):
    assert crossed_out(value)


@pytest.mark.parametrize("value", [b"xxxx", b"a*b", b"a..b", b"kJ7x2Qp9", b"tiger7Qx"])
def test_not_crossed_out(value):
    assert not crossed_out(value)


@pytest.mark.parametrize(
    "value",
    [
        b"${VAR}",
        b"$(cmd)",
        b"$VAR",
        b"{{ x }}",
        b"<key>",
        b"/run/secret",
        b"https://x",
        b"vault:x",
        b"changeme",
        b"example1",
        b"my-token1",
        b"MY_PWD",
        b"aaab",
        b"password",
        b"true",
    ],
)
def test_placeholder(value):
    assert placeholder(value)


@pytest.mark.parametrize("value", [b"kJ7x2Qp9vLm4", b"tRombone31", b"a$b$c$d1"])
def test_not_a_placeholder(value):
    assert not placeholder(value)


def test_entropy_is_in_bits_per_character():
    assert entropy(b"") == 0.0
    assert entropy(b"aaaa") == 0.0
    assert entropy(b"abab") == 1.0
    assert math.isclose(entropy(bytes(range(256))), 8.0)
