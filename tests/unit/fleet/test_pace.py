"""Requests to a registry are paced by one bucket in the database, whoever asks."""

import threading
import time

import pytest
from tests.support.registries.fleet import known_names, new_project, small_fleet

from careen.fleet import registries
from careen.fleet.connection import writing
from careen.fleet.pace import PacedFetcher, pause, pause_of, take
from careen.fleet.queue import RetryError

NOW = 1_800_000_000.0


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    known_names(monkeypatch)
    made = small_fleet(tmp_path)
    registries.add(made, new_project(made), "registry.example", per_second=10.0)
    yield made
    made.engine.dispose()


def taken(fleet, now):
    with writing(fleet.engine) as connection:
        return take(connection, 1, now)


def test_a_burst_and_then_the_rate(fleet):
    granted = [taken(fleet, NOW) for _ in range(20)]
    assert granted == [0.0] * 20  # what two seconds give
    assert taken(fleet, NOW) == pytest.approx(0.1)
    assert taken(fleet, NOW + 0.05) == pytest.approx(0.05, abs=1e-3)
    assert taken(fleet, NOW + 0.11) == 0.0


def test_a_clock_that_is_behind_takes_nothing_twice(fleet):
    assert [taken(fleet, NOW) for _ in range(20)] == [0.0] * 20
    assert taken(fleet, NOW - 100) > 0
    assert taken(fleet, NOW + 0.11) == 0.0


def test_workers_at_once_take_each_token_once(fleet):
    granted, start = [], threading.Barrier(4)

    def work():
        start.wait()
        granted.extend(taken(fleet, NOW) == 0.0 for _ in range(15))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (len(granted), sum(granted)) == (60, 20)


def test_a_pause_holds_for_all_and_is_never_shortened(fleet):
    with writing(fleet.engine) as connection:
        pause(connection, 1, NOW + 50)
        pause(connection, 1, NOW + 20)
    assert taken(fleet, NOW) == pytest.approx(50)
    assert taken(fleet, NOW + 50.2) == 0.0


def test_a_registry_that_is_gone(fleet):
    with writing(fleet.engine) as connection, pytest.raises(RetryError):
        take(connection, 99, NOW)


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({}, None),
        ({"ratelimit-remaining": "76;w=21600", "ratelimit-limit": "100;w=21600"}, None),
        ({"ratelimit-remaining": "0;w=21600", "ratelimit-limit": "100;w=21600"}, NOW + 216),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "30"}, NOW + 30),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 90:.0f}"}, NOW + 90),
        ({"x-ratelimit-remaining": "179", "x-ratelimit-reset": "30"}, None),
        ({"x-ratelimit-remaining": "none of your business"}, None),
        ({"ratelimit": '"default";r=0;t=12'}, NOW + 12),
        ({"ratelimit": '"default";r=5;t=12'}, None),
        ({"ratelimit-remaining": "0"}, None),
    ],
)
def test_headers_that_ask_for_a_pause(headers, until):
    assert pause_of(headers, NOW) == until


class Answer:
    def __init__(self, headers):
        self.headers, self.status, self.url = headers, 200, ""


class Recorded:
    def __init__(self, *headers):
        self._headers, self.asked = list(headers), []

    def request(self, url, **_):
        self.asked.append(url)
        return Answer(self._headers.pop(0) if self._headers else {})


def paced(fleet, fetcher, clock, sleep=lambda _: None):
    return PacedFetcher(fleet.engine, 1, lambda _: fetcher, clock, sleep)


def test_nothing_left_pauses_but_not_after_a_head(fleet):
    used_up = {"ratelimit-remaining": "0", "ratelimit-reset": "300"}
    fetcher = Recorded(used_up, used_up)
    ours = paced(fleet, fetcher, lambda: NOW)
    ours.request("https://registry.example/1", method="HEAD")
    ours.request("https://registry.example/2")
    with pytest.raises(RetryError) as caught:
        ours.request("https://registry.example/3")
    assert caught.value.after_s == pytest.approx(300)
    assert len(fetcher.asked) == 2


def test_short_waits_are_slept_and_long_ones_given_back(fleet):
    moment, slept = [NOW], []

    def sleep(seconds):
        slept.append(seconds)
        moment[0] += seconds

    ours = paced(fleet, Recorded(), lambda: moment[0], sleep)
    for number in range(25):
        ours.request(f"https://registry.example/{number}")
    assert sum(slept) == pytest.approx(0.5, abs=0.01)
    ours.pause(5)
    assert sum(slept) == pytest.approx(5.6, abs=0.2)
    with pytest.raises(RetryError):
        ours.pause(3600)


def test_the_pace_on_the_wall_clock(fleet):
    ours = PacedFetcher(fleet.engine, 1, lambda _: Recorded())
    ours.request("https://registry.example/")
    with fleet.engine.connect() as connection:
        from careen.fleet.tables import registry

        assert abs(connection.execute(registry.select()).one().tokens_at - time.time()) < 60
