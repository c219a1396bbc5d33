"""Layers over connections that break, whichever way the registry continues them."""

import pytest

from careen.app.registries import downloaded
from careen.database.download import VAIN_TRIES
from careen.errors import NetworkError
from careen.net.pace import SlowError
from careen.plugins import silent

DATA = bytes(range(200)) * 5


class Broken:
    """Ends after so many bytes, as a connection does that is reset."""

    def __init__(self, data, status, limit, error):
        self._data, self.status, self._left, self._error = data, status, limit, error

    def read(self, size):
        if not self._left and self._data:
            raise self._error
        piece = self._data[: min(size, self._left)]
        self._data, self._left = self._data[len(piece) :], self._left - len(piece)
        return piece

    def close(self):
        pass


class Registry:
    def __init__(self, limit, ranges=True, error=None):
        self._limit, self._ranges, self._error = limit, ranges, error or NetworkError("reset")
        self.asked = []

    def blob(self, digest, offset):
        self.asked.append(offset)
        part = offset if self._ranges else 0
        return Broken(DATA[part:], 206 if part else 200, self._limit, self._error)


def fetch(registry, start=0):
    waits = []
    return b"".join(downloaded(registry, "sha256:x", len(DATA), silent, "x", start, waits.append)), waits


def test_a_reset_at_every_tenth():
    registry = Registry(len(DATA) // 10)
    found, waits = fetch(registry)
    assert found == DATA
    assert registry.asked == [100 * number for number in range(10)]
    assert len(waits) == 9
    assert all(waits)


def test_a_fetch_goes_on_from_the_end_of_an_earlier_run():
    registry = Registry(len(DATA))
    assert fetch(registry, 700)[0] == DATA[700:]
    assert registry.asked == [700]
    assert fetch(Registry(len(DATA), ranges=False), 700)[0] == DATA[700:]


@pytest.mark.parametrize(("registry", "tries"), [(Registry(0), VAIN_TRIES), (Registry(0, error=SlowError("slow")), 1)])
def test_what_brings_nothing_is_given_up(registry, tries):
    with pytest.raises(NetworkError):
        fetch(registry)
    assert registry.asked == [0] * tries
