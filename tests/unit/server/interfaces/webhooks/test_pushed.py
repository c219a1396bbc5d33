"""Times of events, and requests that came already."""

import pytest

from careen.server.interfaces.webhooks.pushed import Seen, moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-02T00:00:00Z", 86400.0),
        ("1970-01-02T00:00:00.5", 86400.5),
        ("1970-01-02T02:00:00+02:00", 86400.0),
        (86400, 86400.0),
        ("9999-01-01T00:00:00Z", None),
        (-1, None),
        (1e300, None),
        ("", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times(text, expected):
    assert moment(text) == expected


def test_a_request_is_seen_once_until_it_is_forgotten_or_old():
    seen = Seen()
    assert [seen.before(b"x"), seen.before(b"x"), seen.before(b"y")] == [False, True, False]
    seen.forget(b"x")
    assert not seen.before(b"x")
    assert [Seen(-1).before(b"x") for _ in range(2)] == [False, False]


def test_the_number_of_requests_is_bounded():
    seen = Seen(most=10)
    for number in range(100):
        seen.before(str(number).encode())
    assert len(seen._times) <= 12
    assert seen.before(b"99")
    assert not seen.before(b"1")
