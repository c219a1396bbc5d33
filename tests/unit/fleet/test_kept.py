"""What is opened once for many users."""

from contextlib import contextmanager

import pytest

from careen.fleet.kept import MOST, Kept


class World:
    def __init__(self):
        self.opened, self.closed = [], []

    @contextmanager
    def make(self):
        number = len(self.opened)
        self.opened.append(number)
        try:
            yield number
        finally:
            self.closed.append(number)


def test_the_next_user_gets_the_same_until_the_key_changes():
    world, kept = World(), Kept()
    for key, expected in ((1, 0), (1, 0), (2, 1)):
        with kept.using(key, world.make) as value:
            assert value == expected
    assert world.closed == [0]
    kept.close()
    assert world.closed == [0, 1]


def test_two_users_at_once_get_their_own():
    world, kept = World(), Kept()
    with kept.using(1, world.make) as first, kept.using(1, world.make) as second, kept.using(1, world.make) as third:
        assert len({first, second, third}) == 3
    assert len(world.closed) == 3 - MOST


def test_what_a_user_failed_with_is_closed():
    world, kept = World(), Kept()
    with pytest.raises(KeyError), kept.using(1, world.make):
        raise KeyError
    assert world.closed == [0]
    with kept.using(1, world.make) as value:
        assert value == 1
