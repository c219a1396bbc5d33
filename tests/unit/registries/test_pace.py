import threading

from careen.plugins import Fetcher
from careen.registries.pace import Gate, PacedFetcher


class Clock:
    def __init__(self):
        self.now, self.slept = 100.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self):
        return self.now


class Asked(Fetcher):
    def request(self, url, **options):
        return url, options


def test_whoever_comes_while_one_waits_waits_too():
    clock = Clock()
    gate = Gate(clock.sleep, clock)
    fetcher = PacedFetcher(Asked(), gate)
    assert fetcher.request("x", method="HEAD") == ("x", {"method": "HEAD", "headers": None, "body": None})
    assert clock.slept == []
    gate.pause(7)
    assert (clock.now, clock.slept) == (107, [7])
    gate._until[0] = 110
    fetcher.request("y")
    assert clock.now == 110


def test_the_longest_pause_counts():
    opened = threading.Event()
    clock = Clock()

    def sleep(seconds):
        clock.sleep(seconds)
        if not opened.is_set():
            opened.set()
            gate.pause(20)  # another thread has to wait longer

    gate = Gate(sleep, clock)
    gate.pause(5)
    assert clock.now >= 125
