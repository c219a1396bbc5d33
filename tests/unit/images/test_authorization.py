import pytest

from careen.images.authorization import Challenge, parse_challenges
from tests.support.work import ends


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        ("", []),
        ("Basic", [Challenge("basic")]),
        ('Basic realm="a, b"', [Challenge("basic", {"realm": "a, b"})]),
        (
            'Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a/b:pull,push"',
            [
                Challenge(
                    "bearer",
                    {"realm": "https://auth.test/token", "service": "registry.test", "scope": "repository:a/b:pull,push"},
                )
            ],
        ),
        (
            "bearer realm=https://auth.test/ , Service = x",
            [Challenge("bearer", {"realm": "https://auth.test/", "service": "x"})],
        ),
        (
            'Basic realm="x", Bearer realm="y",error="insufficient_scope"',
            [Challenge("basic", {"realm": "x"}), Challenge("bearer", {"realm": "y", "error": "insufficient_scope"})],
        ),
        ('Negotiate, Basic realm="a \\"b\\""', [Challenge("negotiate"), Challenge("basic", {"realm": 'a "b"'})]),
        ('Bearer realm="first",realm="second"', [Challenge("bearer", {"realm": "first"})]),
    ],
)
def test_challenges(header, challenges):
    assert list(parse_challenges(header)) == challenges


@pytest.mark.parametrize("part", ["=", ",", '"', " ", " ,", "a=b,", 'a="', "\\", "a ", "a", "a =", "\t,\t"])
@pytest.mark.parametrize("start", ["", "Bearer ", 'Bearer realm="', "a"])
def test_hostile_challenges_end_soon(start, part):
    with ends():
        parse_challenges(start + part * 50_000)
