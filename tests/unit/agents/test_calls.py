import pytest

from careen.agents.calls import EVERY_S, Call, CancelledError, OutOfTimeError


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_the_time_of_a_call():
    clock = Clock()
    call = Call(10, None, clock)
    call.progress("x", 1, 2)
    clock.now += 4
    assert call.seconds_left == 6
    clock.now += 7
    with pytest.raises(OutOfTimeError):
        call.progress("x", 1, 2)


def test_a_call_is_cancelled():
    call = Call(10)
    assert not call.is_cancelled
    call.cancel()
    with pytest.raises(CancelledError):
        call.go_on()


def test_progress_is_sent_now_and_then_and_rises():
    clock, sent = Clock(), []
    call = Call(100, lambda done, total: sent.append(done), clock)
    for _ in range(3):
        clock.now += 2 * EVERY_S
        call.progress("a name of the image", 3, 9)
        call.progress("a name of the image", 4, 9)
    assert sent == [1.0, 2.0, 3.0]
