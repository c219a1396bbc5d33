"""Which images get a job, and how they are found."""

from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import event
from tests.support.fleet_units import fleet_in, rows

from careen.fleet import images
from careen.fleet.connection import writing
from careen.fleet.progress import Progress, save
from careen.fleet.queue.embedded import EmbeddedQueue
from careen.fleet.tables import image, job

READY = {"state": "ready", "kind": "image", "enrolled_at": 0.0}


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path, f"sqlite:///{tmp_path}/fleet.sqlite")
    yield msgspec.structs.replace(made, queue=EmbeddedQueue(made.engine, 2))
    made.engine.dispose()


def add(fleet, *columns):
    with writing(fleet.engine) as connection:
        for number, one in enumerate(columns, 1):
            row = {"id": number, "identity": f"i{number}", "reference": f"r{number}", **READY, **one}
            connection.execute(image.insert().values(row))


def test_images_whose_gates_have_to_decide_wait_the_longest_untouched_first(fleet, monkeypatch):
    monkeypatch.setattr(images, "MANY", 2)
    add(
        fleet,
        {"step_at": 30.0},
        {"step_at": 20.0},
        {"step_at": 10.0, "exit_code": 0},  # decided
        {"step_at": 10.0, "state": "reading"},
        {"step_at": 10.0, "kind": "uploaded"},  # packages alone
        {"step_at": 25.0},
    )
    images.queue_verdicts(fleet)
    assert [key for (key,) in rows(fleet, job, "key")] == ["verdict:2", "verdict:6"]
    images.queue_verdicts(fleet)
    images.queue_verdicts(fleet)
    assert sorted(key for (key,) in rows(fleet, job, "key")) == ["verdict:1", "verdict:2", "verdict:6"]


def test_no_gate_decides_while_an_update_runs(fleet):
    """The update would discard what they decide."""
    add(fleet, {"step_at": 10.0})
    with writing(fleet.engine) as connection:
        save(connection, Progress("b", is_done=False))
    images.queue_verdicts(fleet)
    assert not rows(fleet, job, "key")
    with writing(fleet.engine) as connection:
        save(connection, Progress("b"))
    images.queue_verdicts(fleet)
    assert rows(fleet, job, "key") == [("verdict:1",)]


def test_they_are_found_in_an_index_that_has_nothing_else(fleet):
    with _plans(fleet.engine) as plans:
        images.queue_verdicts(fleet)
    assert any("ix_image_undecided (state=? AND step_at<?)" in plan for plan in plans), plans


def test_an_image_that_ends_its_worker_each_time_fails(fleet, monkeypatch):
    """A process that is killed stores nothing: a try counts when it begins."""
    add(fleet, {"state": "joining", "manifest": b"x"})
    monkeypatch.setattr(images, "read_image", _killed)
    for tries in range(1, 2 * images.TRIES + 1):
        with pytest.raises(SystemExit):
            images.join(fleet, images.join_job(1, 2, "i1"))
        assert rows(fleet, image, "state", "tries") == [("joining", tries)]
    images.join(fleet, images.join_job(1, 2, "i1"))
    assert rows(fleet, image, "state", "reason") == [("failed", "the worker that assesses it ended each time")]


def _killed(*_):
    raise SystemExit


@contextmanager
def _plans(engine):
    """How SQLite finds the rows of each SELECT."""
    plans = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("SELECT"):
            found = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            plans.append("; ".join(row[3] for row in found))

    event.listen(engine, "before_cursor_execute", explain)
    yield plans
    event.remove(engine, "before_cursor_execute", explain)
