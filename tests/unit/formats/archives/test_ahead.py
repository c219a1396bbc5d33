import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.formats.archives.ahead import ahead


@given(st.lists(st.binary(max_size=5), max_size=40), st.integers(1, 5))
def test_the_same_pieces_in_their_order(pieces, room):
    assert list(ahead(iter(pieces), room)) == pieces


def test_an_error_comes_after_the_items_before_it():
    def source():
        yield b"one"
        yield b"two"
        raise ValueError("broken")

    pieces = ahead(source())
    assert [next(pieces), next(pieces)] == [b"one", b"two"]
    with pytest.raises(ValueError, match="broken"):
        next(pieces)


def test_no_more_wait_than_have_room_and_nothing_runs_once_it_is_closed():
    made = []

    def source():
        for number in range(1000):
            made.append(number)
            yield b"x"

    pieces = ahead(source(), 3)
    for number in range(5):
        next(pieces)
        assert len(made) <= number + 3  # the one that was given out keeps its room until the next is asked for
    pieces.close()
    after = len(made)
    assert after <= 10
    assert not [thread for thread in threading.enumerate() if thread.name == "read ahead"]
    assert len(made) == after


def test_who_waits_has_something_else_to_do():
    done, let = [], threading.Event()

    def source():
        yield b"one"
        let.wait(60)
        yield b"two"

    def meanwhile():
        done.append(len(done))
        let.set()

    assert list(ahead(source(), while_waiting=meanwhile)) == [b"one", b"two"]
    assert done  # else nothing would have let the second piece come


def test_a_source_that_hangs_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr("careen.formats.archives.ahead.HANGS_AFTER_S", 0.05)
    let, ended = threading.Event(), threading.Event()

    def source():
        yield b"one"
        let.wait(60)
        ended.set()
        yield b"two"

    pieces = ahead(source())
    assert next(pieces) == b"one"
    pieces.close()
    assert not ended.is_set()  # the source hangs still
    let.set()
