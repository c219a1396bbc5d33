"""What is due is queued once, by whoever leads."""

import pytest
from tests.support.registries.fleet import known_names, new_project, small_fleet

from careen.fleet import registries, schedule
from careen.fleet.connection import writing
from careen.fleet.schedule import LEASE_S, lead, step
from careen.fleet.tables import registry, state


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    known_names(monkeypatch)
    made = small_fleet(tmp_path)
    project = new_project(made)
    for name, every_s in (("a", 3600.0), ("b", None), ("c", 7200.0)):
        registries.add(made, project, f"registry.example/{name}", every_s=every_s)
    with made.engine.begin() as connection:
        connection.execute(registry.update().where(registry.c.every_s.is_not(None)).values(next_at=1000.0))
    yield made
    made.engine.dispose()


def test_each_is_queued_when_it_is_due(fleet):
    assert step(fleet, "one", 999.0, {}) == []
    assert step(fleet, "one", 1000.0, {}) == ["crawl:1", "crawl:3"]
    assert step(fleet, "one", 1010.0, {}) == []
    assert step(fleet, "one", 4600.0, {}) == ["crawl:1"]
    assert [job.lane for job in fleet.queue.jobs] == [2, 2, 2]
    assert fleet.queue.jobs[0].payload == b'{"registry":1}'


def test_one_server_leads_until_it_is_gone(fleet):
    assert step(fleet, "one", 1000.0, {}) == ["crawl:1", "crawl:3"]
    with fleet.engine.begin() as connection:
        connection.execute(registry.update().where(registry.c.id == 1).values(next_at=1001.0))
    assert step(fleet, "two", 1001.0, {}) == []
    assert step(fleet, "two", 1001.0 + LEASE_S, {}) == ["crawl:1"]
    assert step(fleet, "one", 1002.0 + LEASE_S, {}) == []


def test_a_lease_of_a_clock_that_ran_ahead_is_not_waited_for(fleet):
    with writing(fleet.engine) as connection:
        assert lead(connection, "one", 1e9)
        assert lead(connection, "two", 1000.0)


def test_updates_and_purges(fleet):
    every = {"update": 100.0, "purge": 1000.0}
    assert step(fleet, "one", 500.0, every) == ["update", "purge"]
    assert step(fleet, "one", 599.0, every) == []
    assert step(fleet, "one", 600.0, every) == ["update"]
    assert [job.kind for job in fleet.queue.jobs] == ["update", "purge", "update"]


def test_a_damaged_row_stops_nothing(fleet):
    step(fleet, "one", 500.0, {"update": 100.0})
    with fleet.engine.begin() as connection:
        connection.execute(state.update().values(value=b"\xff"))
    assert step(fleet, "two", 501.0, {"update": 100.0}) == ["update"]


def test_a_database_that_is_away_is_asked_again(fleet, monkeypatch, caplog):
    left = [3]
    monkeypatch.setattr(schedule, "step", lambda *_: 1 / 0)

    def stop():
        left[0] -= 1
        return left[0] < 0

    schedule.run(fleet, "one", stop, lambda _: None)
    assert caplog.text.count("ZeroDivisionError") == 3
