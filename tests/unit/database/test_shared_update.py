"""Updates that run at the same time: side by side while they download, one by one while they build, each feed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.support.feeds import FakeNetwork
from tests.support.osv import OSV, record, whole

from careen.database import shared_update as module
from careen.database.file_state import rows_of
from careen.database.knowledge import database_path
from careen.database.lock import exclusive
from careen.database.shared_update import SharedUpdate
from careen.database.update import refresh
from careen.errors import DatabaseError
from careen.plugins import Need

NPM, PYPI = "osv/npm/all.zip", "osv/PyPI/all.zip"
LIMIT_S = 30


class Gated(FakeNetwork):
    """Answers for an ecosystem when its event is set; ``began`` are those that were asked for."""

    def __init__(self, *names):
        super().__init__()
        self.open = {name: threading.Event() for name in names}
        self.began = {name: threading.Event() for name in names}

    def request(self, url, **how):
        for name, event in self.open.items():
            if f"/{name}/" in url:
                self.answers.setdefault(url, whole(*map(record, range(60))))
                self.began[name].set()
                assert event.wait(LIMIT_S)
        return super().request(url, **how)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def need(*names):
    return Need(frozenset(names))


def states(result):
    return {feed.path: feed.state for feed in result.feeds}


def test_the_second_download_begins_while_the_first_runs(tmp_path, threads):
    network, shared = Gated("npm", "PyPI"), SharedUpdate()
    first = threads.submit(refresh, tmp_path, OSV, need("npm"), network, shared=shared)
    assert network.began["npm"].wait(LIMIT_S)
    second = threads.submit(refresh, tmp_path, OSV, need("PyPI"), network, shared=shared)
    assert network.began["PyPI"].wait(LIMIT_S)  # before npm has come
    network.open["PyPI"].set()
    assert states(second.result(LIMIT_S)) == {PYPI: "updated"}
    assert set(rows_of(database_path(tmp_path))) == {PYPI}
    network.open["npm"].set()
    assert states(first.result(LIMIT_S))[NPM] == "updated"
    assert set(rows_of(database_path(tmp_path))) == {NPM, PYPI}
    with exclusive(database_path(tmp_path).parent / "lock", 0) as is_free:
        assert is_free


def test_a_feed_that_both_want_is_asked_for_once_and_waited_for_by_both(tmp_path, threads):
    network, shared = Gated("npm", "PyPI"), SharedUpdate()
    first = threads.submit(refresh, tmp_path, OSV, need("npm"), network, shared=shared)
    assert network.began["npm"].wait(LIMIT_S)
    second = threads.submit(refresh, tmp_path, OSV, need("npm", "PyPI"), network, shared=shared)
    network.open["PyPI"].set()
    assert network.began["PyPI"].wait(LIMIT_S)
    assert not second.done()
    network.open["npm"].set()
    assert states(second.result(LIMIT_S)) == {NPM: "updated", PYPI: "updated"}
    first.result(LIMIT_S)
    assert len([url for url, _ in network.asked if "/npm/" in url]) == 1


def test_what_came_while_another_was_built_is_built_in_one_go(tmp_path, threads, monkeypatch):
    built, go_on, began = [], threading.Event(), threading.Event()
    build_all = module._build_all

    def slow(rounds):
        built.append(len(rounds))
        began.set()
        assert go_on.wait(LIMIT_S)
        build_all(rounds)

    monkeypatch.setattr(module, "_build_all", slow)
    names = ("npm", "PyPI", "Go")
    network, shared = Gated(*names), SharedUpdate()
    for event in network.open.values():
        event.set()
    running = [threads.submit(refresh, tmp_path, OSV, need("npm"), network, shared=shared)]
    assert began.wait(LIMIT_S)
    running += [threads.submit(refresh, tmp_path, OSV, need(name), network, shared=shared) for name in names[1:]]
    while len(shared._waiting) < 2:
        assert not any(one.done() for one in running)
    go_on.set()
    results = [one.result(LIMIT_S) for one in running]
    assert built == [1, 2]
    assert all(states(result)[f"osv/{name}/all.zip"] == "updated" for result, name in zip(results, names, strict=True))
    assert len(rows_of(database_path(tmp_path))) == 3


def test_whoever_waits_for_a_feed_of_another_learns_that_it_failed(tmp_path, threads):
    network, shared = Gated("npm", "PyPI"), SharedUpdate()
    first = threads.submit(refresh, tmp_path, OSV, need("npm"), network, shared=shared)
    assert network.began["npm"].wait(LIMIT_S)
    second = threads.submit(refresh, tmp_path, OSV, need("npm", "PyPI"), network, shared=shared)
    assert network.began["PyPI"].wait(LIMIT_S)
    network.answers = {url: (503,) for url, _ in network.asked}
    for event in network.open.values():
        event.set()
    for one in (first, second):
        with pytest.raises(DatabaseError, match="the server answered"):
            one.result(LIMIT_S)
    # and nobody holds anything any more
    network.answers.clear()
    assert states(refresh(tmp_path, OSV, need("npm", "PyPI"), network, shared=shared)) == {NPM: "updated", PYPI: "updated"}


def test_one_after_the_other(tmp_path):
    network, shared = Gated("npm"), SharedUpdate()
    network.open["npm"].set()
    assert states(refresh(tmp_path, OSV, need("npm"), network, shared=shared)) == {NPM: "updated"}
    assert states(refresh(tmp_path, OSV, need("npm"), network, shared=shared)) == {NPM: "fresh"}
