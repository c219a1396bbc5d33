"""The queue, the same on both databases: order, lanes, keys, retries, and what a worker that dies leaves."""

import threading
import time

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from tests.support.waiting import until

from careen.fleet.connection import connect, is_sqlite, prepare, writing
from careen.fleet.queue import MAX_TRIES, Job, RetryError, pause_s, why_it_waits
from careen.fleet.tables import job


@pytest.fixture
def engine(address):
    made = connect(address)
    prepare(made)
    yield made
    made.dispose()


@pytest.fixture
def queue(engine):
    return queue_of(engine)


def queue_of(engine, places=2):
    if is_sqlite(engine):
        from careen.fleet.queue.embedded import EmbeddedQueue

        return EmbeddedQueue(engine, places)
    from careen.fleet.queue.postgres import PostgresQueue

    made = PostgresQueue(engine, places)
    made.install()
    return made


def add(engine, queue, *jobs):
    with writing(engine) as connection:
        queue.add(connection, jobs)


def depth(engine, queue):
    with engine.connect() as connection:
        return queue.depth(connection)


def waiting(engine, queue):
    with engine.connect() as connection:
        return queue.waiting(connection)


def worked(queue, handler, until, worker="w1", seconds=20.0):
    """Works until the condition holds; the worker is gone afterwards."""
    looks = iter(range(int(seconds / 0.02)))
    queue.work({"work": handler}, worker, lambda: until() or next(looks, None) is None)
    assert until()


def test_each_job_runs_once_and_leaves_nothing(engine, queue):
    add(engine, queue, *(Job("work", f"key:{number}", b'{"n":1}', 2, "me") for number in range(5)))
    assert depth(engine, queue) == {2: 5}
    done = []
    worked(queue, lambda each: done.append(each), lambda: len(done) >= 5)
    assert sorted(each.key for each in done) == [f"key:{number}" for number in range(5)]
    assert {(each.payload, each.lane, each.owner) for each in done} == {(b'{"n":1}', 2, "me")}
    assert depth(engine, queue) == {}
    assert waiting(engine, queue) == []


def test_one_job_of_a_key_waits_and_the_faster_lane_counts(engine, queue):
    add(engine, queue, Job("work", "a", lane=2), Job("work", "b", lane=1))
    add(engine, queue, Job("work", "a", lane=0), Job("work", "b", lane=2))
    assert depth(engine, queue) == {0: 1, 1: 1}


def test_people_come_first(engine, queue):
    add(engine, queue, *(Job("work", f"background:{number}") for number in range(3)), Job("work", "person", lane=0))
    served = threading.Event()
    done = []

    def handle(each):
        if each.key == "person":
            served.set()
        else:
            served.wait(15)  # background work that runs beside the person's job ends after it
        done.append(each.key)

    worked(queue, handle, lambda: len(done) >= 4)
    assert "person" in done[:2]  # at most one background job was ahead of it


def test_background_work_leaves_a_place(engine, queue):
    """Two places: while background jobs block, a job of a person runs."""
    add(engine, queue, *(Job("work", f"background:{number}") for number in range(4)))
    release, person = threading.Event(), threading.Event()
    running = []

    def handle(each):
        if each.key == "person":
            person.set()
            return
        running.append(each.key)
        release.wait(20)

    threads = [
        threading.Thread(target=queue.work, args=({"work": handle}, f"w{number}", lambda: person.is_set() and release.is_set()))
        for number in range(2 if is_sqlite(engine) else 1)
    ]
    for thread in threads:
        thread.start()
    try:
        assert until(lambda: running)
        add(engine, queue, Job("work", "person", lane=0))
        assert person.wait(15)
        assert len(running) == 1
    finally:
        person.set()
        release.set()
        for thread in threads:
            thread.join(20)


def test_a_job_that_asks_for_it_is_tried_again(engine, queue):
    add(engine, queue, Job("work", "a"))
    seen = []

    def handle(each):
        seen.append(each.key)
        if len(seen) == 1:
            raise RetryError("the registry asks for a pause", 0.2)

    worked(queue, handle, lambda: len(seen) >= 2)
    assert until(lambda: depth(engine, queue) == {})


def test_a_job_that_waits_for_its_next_try_runs_at_once_if_it_is_asked_for(engine, queue):
    add(engine, queue, Job("work", "a", run_at=time.time() + 3600))
    add(engine, queue, Job("work", "a", run_at=time.time() + 7200))
    (later,) = waiting(engine, queue)
    assert "it is tried again in 3" in later.why
    add(engine, queue, Job("work", "a", lane=0))
    done = []
    worked(queue, lambda each: done.append(each.key), lambda: done)
    add(engine, queue, Job("work", "b"))
    add(engine, queue, Job("work", "b", run_at=time.time() + 3600))
    worked(queue, lambda each: done.append(each.key), lambda: "b" in done)


def test_a_database_that_is_locked_for_long_ends_no_worker(engine, queue, monkeypatch):
    """Each step of a worker may meet it: to claim a job, to renew its lease, and to note that it has ended."""
    if not is_sqlite(engine):
        pytest.skip("PostgreSQL has no such lock")
    monkeypatch.setattr("careen.fleet.queue.embedded.LEASE_S", 0.3)
    left, real = {"worker": 4, "renew": 2}, queue._engine

    class Locked:
        def connect(self):
            name = threading.current_thread().name
            kind = next((kind for kind, count in left.items() if kind in name and count), None)
            if kind is not None:
                left[kind] -= 1
                raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
            return real.connect()

    queue._engine, done = Locked(), []

    def handle(each):
        time.sleep(0.5)
        done.append(each.key)

    thread = threading.Thread(target=queue.work, args=({"work": handle}, "w", lambda: "b" in done), name="worker")
    thread.start()
    for key in "ab":
        add(engine, queue_of(engine), Job("work", key))
    thread.join(30)
    assert not thread.is_alive() and {"a", "b"} <= set(done)
    assert left == {"worker": 0, "renew": 0}


def test_a_job_that_fails_is_given_up_in_the_end(engine, queue, monkeypatch):
    monkeypatch.setattr(f"{type(queue).__module__}.pause_s", lambda tries: 0.05)
    add(engine, queue, Job("work", "a"))
    seen = []

    def handle(each):
        seen.append(each.key)
        raise ValueError("no")

    worked(queue, handle, lambda: len(seen) >= MAX_TRIES)
    assert until(lambda: waiting(engine, queue) == [])
    assert len(seen) == MAX_TRIES


def test_what_waits_is_listed_with_the_reason_and_can_be_cancelled(engine, queue):
    add(engine, queue, Job("work", "later", lane=1, owner="me", run_at=time.time() + 500), Job("work", "now", lane=0))
    by_key = {each.key: each for each in waiting(engine, queue)}
    assert by_key["later"].why.startswith("it is tried again in 49") or by_key["later"].why.startswith("it is tried again in 5")
    assert by_key["later"].owner == "me"
    assert by_key["now"].why == "earlier work of its lane, or of a faster one, comes first"
    assert 0 <= by_key["now"].age_s < 60
    with writing(engine) as connection:
        assert queue.cancel(connection, by_key["later"].id)
        assert not queue.cancel(connection, by_key["later"].id)
    assert depth(engine, queue) == {0: 1}


def test_the_job_of_a_worker_that_died_runs_again(engine, queue):
    add(engine, queue, Job("work", "a"))
    seen = []
    blocked, release = threading.Event(), threading.Event()

    def handle(each):
        seen.append(each.key)
        if len(seen) == 1:
            blocked.set()
            release.wait(20)

    stopped = threading.Event()
    thread = threading.Thread(target=queue.work, args=({"work": handle}, "dead", stopped.is_set))
    thread.start()
    assert blocked.wait(20)
    with writing(engine) as connection:  # as if it had not been heard of for long
        if is_sqlite(engine):
            connection.execute(update(job).values(lease_until=1.0))
        else:
            connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"))
    worked(queue_of(engine), handle, lambda: len(seen) >= 2, worker="heir")
    stopped.set()
    release.set()
    thread.join(20)
    assert seen == ["a", "a"]


def test_a_job_does_not_wait_for_the_search_for_jobs_of_dead_workers(engine, queue, monkeypatch):
    """After very many jobs the search takes long, until PostgreSQL has removed what they left."""
    if is_sqlite(engine):
        pytest.skip("SQLite finds them in an index")
    ended, done, seen = threading.Event(), [], []

    def search():
        ended.wait(20)
        seen.append(list(done))

    monkeypatch.setattr(queue, "release_lost", search)
    add(engine, queue, Job("work", "a"))

    def handle(each):
        done.append(each.key)
        ended.set()

    worked(queue, handle, lambda: bool(seen))
    assert seen[0] == ["a"]


def test_a_transaction_that_fails_adds_nothing(engine, queue):
    def add_and_fail():
        with writing(engine) as connection:
            queue.add(connection, [Job("work", "a")])
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()
    assert depth(engine, queue) == {}


def test_pauses_grow_and_end():
    pauses = [pause_s(tries) for tries in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 2
    assert pauses[-1] == 300


def test_why_a_job_waits():
    assert why_it_waits("running", 2, 0, "", True) == ""
    assert why_it_waits("waiting", 2, 0, "", True) == "all places for background work are taken"
    assert why_it_waits("waiting", 0, 5, "429", False) == "it is tried again in 5 s: 429"
