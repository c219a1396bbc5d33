"""Answers that trickle, and headers without end."""

import io

import pytest

from careen.net import pace
from careen.net.pace import BYTES_S, LongHeadersError, SlowError, _Pace, backoff_s


@pytest.mark.parametrize(
    ("attempt", "jitter", "expected"),
    [(1, 0.5, 0.5), (2, 0.5, 1.0), (5, 0.5, 8.0), (9, 0.5, 8.0), (1, 0.0, 0.25), (1, 1.0, 0.75)],
)
def test_pauses_between_attempts(attempt, jitter, expected):
    assert backoff_s(attempt, jitter) == expected


@pytest.fixture
def clock(monkeypatch):
    """Each read takes as many seconds as it says."""

    class Clock:
        now, step = 0.0, 0.0

        def monotonic(self):
            self.now += self.step / 2
            return self.now

    made = Clock()
    monkeypatch.setattr(pace, "time", made)
    return made


def read(pieces, clock, seconds, grace_s=5.0, left=None):
    """How many pieces of a size can be read, each in a number of seconds."""
    stream = _Pace(io.BytesIO(b"x" * sum(pieces)), grace_s)
    stream.left = left
    clock.step = 2 * seconds
    for piece in pieces:
        assert stream.readinto(bytearray(piece)) == piece
    return len(pieces)


def test_the_first_byte_may_take_its_time(clock):
    assert read([1], clock, 100) == 1


def test_an_answer_that_trickles(clock):
    assert read([1] * 6, clock, 1) == 6
    with pytest.raises(SlowError, match="sends almost nothing"):
        read([1] * 8, clock, 1)


def test_an_answer_that_keeps_a_pace(clock):
    assert read([BYTES_S] * 100, clock, 1) == 100


def test_headers_without_end(clock):
    assert read([4, 4], clock, 0, left=8) == 2
    with pytest.raises(LongHeadersError):
        read([4, 5], clock, 0, left=8)
