"""What a scan has no time for: it is finished by another, continued by the next, and never waited for."""

import signal
import subprocess
import sys
import threading
from contextlib import ExitStack

import pytest
from tests.support.faults import FileServer
from tests.support.feeds import FakeNetwork
from tests.support.osv import BUCKET, NEED, OSV, fixed, later, record, whole
from tests.support.redirected import Redirected, aged

from careen.database import asking, download
from careen.database import update as updating
from careen.database.checks import read_checks
from careen.database.file_state import rows_of
from careen.database.knowledge import database_path
from careen.database.lock import exclusive
from careen.database.update import finish, refresh, update
from careen.plugins import Need


@pytest.fixture
def cache(tmp_path):
    """With a feed of 100 records, as of 2 January, 03:04:05."""
    update(tmp_path, OSV, need=NEED, fetcher=FakeNetwork({f"{BUCKET}/all.zip": whole(*map(record, range(100)))}))
    return tmp_path


def state(result):
    return [(one.state, one.trouble) for one in result.feeds]


def test_older_changes_that_came_in_time_count(cache, monkeypatch):
    """The next update goes on behind them, and asks although the day is not over."""
    aged(cache, days=2)
    listed = "".join(f"2026-01-0{9 - n}T01:00:00Z,GHSA-{n:04}-aaaa-bbbb\n" for n in range(5))
    late = []
    network = later(listed, *[record(n, "3.0.0") for n in range(5)])

    def progressed(what, done, total):
        if what.endswith(": changes"):
            late.append(done)

    monkeypatch.setattr(updating.Patience, "is_late", lambda self: len(late) >= 3)
    result = refresh(cache, OSV, NEED, network, progressed)
    assert state(result) == [("updated", "late")]
    assert [fixed(cache)[f"boat-{n}"] for n in range(5)] == [["2.0.0"], ["2.0.0"], ["3.0.0"], ["3.0.0"], ["3.0.0"]]
    row = rows_of(database_path(cache))["osv/npm/all.zip"]
    assert (row.last_modified, row.as_of, row.confirmed) == ("2026-01-07T01:00:00Z", "2026-01-07", "2026-01-07")
    monkeypatch.undo()
    network = later(listed, *[record(n, "3.0.0") for n in range(5)])
    assert state(refresh(cache, OSV, NEED, network)) == [("updated", "")]
    assert len(network.asked) == 3
    assert all(fixed(cache)[f"boat-{n}"] == ["3.0.0"] for n in range(5))


def test_changes_of_one_moment_come_together(cache, monkeypatch):
    aged(cache, days=2)
    moments = ("08", "07", "07", "06")
    listed = "".join(f"2026-01-{day}T01:00:00Z,GHSA-{n:04}-aaaa-bbbb\n" for n, day in enumerate(moments))
    late = []
    monkeypatch.setattr(updating.Patience, "is_late", lambda self: len(late) >= 2)
    network = later(listed, *[record(n, "3.0.0") for n in range(4)])
    refresh(cache, OSV, NEED, network, lambda what, done, total: late.append(1) if what.endswith(": changes") else None)
    assert [fixed(cache)[f"boat-{n}"] for n in range(4)] == [["2.0.0"], ["2.0.0"], ["2.0.0"], ["3.0.0"]]
    assert rows_of(database_path(cache))["osv/npm/all.zip"].last_modified == "2026-01-06T01:00:00Z"


def test_no_time_for_a_single_change_is_late(cache, monkeypatch):
    aged(cache, days=2)
    monkeypatch.setattr(updating.Patience, "is_late", lambda self: True)
    before = rows_of(database_path(cache))
    result = refresh(cache, OSV, NEED, later("2026-01-09T01:00:00Z,GHSA-0001-aaaa-bbbb\n", record(1)))
    assert state(result) == [("failed", "late")]
    assert rows_of(database_path(cache)) == before


@pytest.fixture
def server():
    with FileServer({"/npm/all.zip": whole(*map(record, range(100)))}) as running:
        yield running


def test_a_download_that_a_scan_gave_up_is_finished_by_another(tmp_path, server, monkeypatch):
    """Not one byte comes twice."""
    monkeypatch.setattr(download, "CHUNK_BYTES", 1_000)
    network = Redirected(server)
    refresh(tmp_path, OSV, NEED, network)
    aged(tmp_path, days=2)
    server.files["/npm/all.zip"], server.version = whole(*map(record, range(120))), 2
    server.faults = [None, server.stall(5_000)]  # the list of changes, then the archive
    size = threading.Event()
    result = refresh(
        tmp_path, OSV, NEED, network, lambda what, done, total: size.set() if done >= 5_000 else None, patience_s=1.5
    )
    assert state(result) == [("failed", "late")]
    assert size.is_set()
    assert len(fixed(tmp_path)) == 100
    server.released.set()
    server.server.requests.clear()
    finished = finish(tmp_path, OSV, NEED, network)
    assert state(finished) == [("updated", "")]
    assert server.asked[-1] == ("/npm/all.zip", "bytes=5000-")
    assert len(fixed(tmp_path)) == 120
    assert {path.name for path in database_path(tmp_path).parent.iterdir()} >= {"partial.lock"}
    assert not list(database_path(tmp_path).parent.glob("partial/*"))


def test_what_takes_long_to_read_is_left(tmp_path, server, monkeypatch):
    monkeypatch.setattr(download, "CHUNK_BYTES", 1_000)
    network = Redirected(server)
    refresh(tmp_path, OSV, NEED, network, leave_bytes=100)  # what is missing is not left
    aged(tmp_path, days=2)
    server.files["/npm/all.zip"], server.version = whole(*map(record, range(120))), 2
    assert state(refresh(tmp_path, OSV, NEED, network, leave_bytes=100)) == [("failed", "late")]
    assert len(fixed(tmp_path)) == 100
    server.server.requests.clear()
    finish(tmp_path, OSV, NEED, network)
    assert len(fixed(tmp_path)) == 120
    assert server.asked[-1] == ("/npm/all.zip", "")


def test_a_small_file_of_many_records_is_left_as_well(tmp_path, server, monkeypatch):
    monkeypatch.setattr(download, "CHUNK_BYTES", 1_000)
    network = Redirected(server)
    refresh(tmp_path, OSV, NEED, network)
    aged(tmp_path, days=2)
    server.files["/npm/all.zip"], server.version = whole(*map(record, range(120))), 2
    size = len(server.files["/npm/all.zip"])
    monkeypatch.setattr(asking, "RECORD_BYTES", size // 100 + 1)
    assert state(refresh(tmp_path, OSV, NEED, network, leave_bytes=size)) == [("failed", "late")]
    monkeypatch.setattr(asking, "RECORD_BYTES", size // 100 - 1)
    assert state(refresh(tmp_path, OSV, NEED, network, leave_bytes=size)) == [("updated", "")]
    assert len(fixed(tmp_path)) == 120


def test_what_is_large_is_not_even_waited_for(tmp_path, server, monkeypatch):
    """A scan that leaves it to another process has no use for it."""
    monkeypatch.setattr(download, "CHUNK_BYTES", 1_000)
    network = Redirected(server)
    refresh(tmp_path, OSV, NEED, network)
    aged(tmp_path, days=2)
    server.files["/npm/all.zip"], server.version = whole(*map(record, range(120))), 2
    server.at["/npm/all.zip"] = server.stall(10_000)
    result = refresh(tmp_path, OSV, NEED, network, patience_s=None, leave_bytes=100)
    assert [(one.trouble, one.detail) for one in result.feeds] == [("late", "left for later: it has 0 MB")]
    server.at.clear()
    finish(tmp_path, OSV, NEED, network)
    assert len(fixed(tmp_path)) == 120


def test_a_scan_waits_for_nothing_that_another_is_at(cache):
    """What the database has is left to the one that is bringing it up to date; what it lacks is fetched."""
    aged(cache, days=2)
    with exclusive(database_path(cache).with_name("partial.lock"), 0) as held:
        assert held
        network = later("2026-01-09T01:00:00Z,GHSA-0001-aaaa-bbbb\n", record(1))
        network.answers[f"{BUCKET.replace('npm', 'PyPI')}/all.zip"] = whole(record(500))
        result = refresh(cache, OSV, Need(frozenset({"npm", "PyPI"})), network)
    assert {one.path: (one.state, one.trouble) for one in result.feeds} == {
        "osv/npm/all.zip": ("failed", "late"),
        "osv/PyPI/all.zip": ("updated", ""),
    }
    assert [address for address, _ in network.asked] == [f"{BUCKET.replace('npm', 'PyPI')}/all.zip"]
    assert read_checks(database_path(cache))["osv/npm/all.zip"].trouble == "late"


def test_one_finishes_at_a_time(cache):
    aged(cache, days=2)
    network = FakeNetwork()
    with exclusive(database_path(cache).with_name("refresh.lock"), 0):
        assert finish(cache, OSV, NEED, network) is None
    assert network.asked == []


def test_what_is_missing_is_worth_waiting_for_another(cache):
    """The database is locked longer than a scan has patience: the scan waits where it knows nothing of its image."""
    network = FakeNetwork({f"{BUCKET.replace('npm', 'PyPI')}/all.zip": whole(record(500))})
    with ExitStack() as other:
        assert other.enter_context(exclusive(database_path(cache).with_name("lock"), 0))
        messages = []

        def waiting(what, done, total):
            if not messages:
                threading.Timer(0.3, other.close).start()
            messages.append(what)

        result = refresh(cache, OSV, Need(frozenset({"npm", "PyPI"})), network, waiting, patience_s=0.0)
    assert messages[0] == "waiting for another update"
    assert {one.path: one.state for one in result.feeds}["osv/PyPI/all.zip"] == "updated"


def test_an_update_on_request_does_not_leave_it_to_another(cache):
    aged(cache, days=2)
    with exclusive(database_path(cache).with_name("partial.lock"), 0):
        network = later("2026-01-09T01:00:00Z,GHSA-0001-aaaa-bbbb\n", record(1, "3.0.0"))
        assert state(update(cache, OSV, need=NEED, fetcher=network)) == [("updated", "")]
    assert fixed(cache)["boat-1"] == ["3.0.0"]


def test_what_a_scan_fetched_meanwhile_is_not_turned_back(cache):
    """While it was downloading, another built a newer database: that one stays."""
    aged(cache, days=2)
    first = later("2026-01-09T01:00:00Z,GHSA-0001-aaaa-bbbb\n", record(1, "3.0.0"))
    second = later("2026-01-10T01:00:00Z,GHSA-0001-aaaa-bbbb\n", record(1, "4.0.0"))

    def meanwhile(headers):
        update(cache, OSV, need=NEED, fetcher=second)
        return first_answer

    first_answer = first.answers[f"{BUCKET}/modified_id.csv"]
    first.answers[f"{BUCKET}/modified_id.csv"] = meanwhile
    assert state(finish(cache, OSV, NEED, first)) == [("fresh", "")]
    assert fixed(cache)["boat-1"] == ["4.0.0"]


def test_a_busy_database_is_late(cache):
    aged(cache, days=2)
    with exclusive(database_path(cache).with_name("lock"), 0):
        assert state(refresh(cache, OSV, NEED, FakeNetwork(), patience_s=0.0)) == [("failed", "late")]


def test_a_list_that_does_not_come_is_not_waited_for(cache):
    released = threading.Event()

    class Hanging(FakeNetwork):
        def request(self, url, **options):
            if url.endswith("/"):
                released.wait(60)
            return super().request(url, **options)

    source = OSV[0]
    slow = type(source)(
        "osv", source.title, source.licence, source.homepage,
        lambda need, listing: source.feeds(need, listing) if listing("https://example.test/") else (), source.parse,
    )  # fmt: skip
    result = refresh(cache, [slow], NEED, Hanging(), patience_s=0.2)
    released.set()
    assert state(result) == [("failed", "late")]


CHILD = """
import os, signal, sys, threading
from pathlib import Path
from careen import plugins
from careen.database import asking, download
from careen.database.update import finish, refresh
from careen.net import NetSettings, make_fetcher
from careen.plugins import Need

download.CHUNK_BYTES = 1000
count, last = 0, int(sys.argv[4])
def called(frame, event, argument):
    global count
    count += event == "call" and frame.f_code.co_filename.endswith(sys.argv[5])
    if 0 < last == count:
        os.kill(os.getpid(), signal.SIGKILL)

class Redirected:
    fetcher = make_fetcher(NetSettings(), environ={})
    def request(self, url, **options):
        return self.fetcher.request(url.replace("https://osv-vulnerabilities.storage.googleapis.com", sys.argv[2]), **options)

sources = [one for one in plugins.load("careen.advisories", "ADVISORY_SOURCE", plugins.AdvisorySource) if one.name == "osv"]
work = {"finish": finish, "refresh": refresh}[sys.argv[3]]
network = Redirected()
threading.setprofile(called)
sys.setprofile(called)
work(Path(sys.argv[1]), sources, Need(frozenset({"npm"})), network)
sys.setprofile(None)
threading.setprofile(None)
print(count)
"""


@pytest.mark.parametrize("work", ["finish", "refresh"])
def test_killed_at_any_point(tmp_path, server, work):
    """The database is the old one or the new one, and whoever comes next finishes."""
    import shutil

    start = tmp_path / "start"
    update(start, OSV, need=NEED, fetcher=Redirected(server))
    aged(start, days=2)
    server.files["/npm/all.zip"], server.version = whole(*map(record, range(120))), 2

    def run(cache, kill_at, where):
        arguments = [sys.executable, "-c", CHILD, str(cache), server.server.url, work, str(kill_at), where]
        done = subprocess.run(arguments, stdout=subprocess.PIPE, check=False)
        assert done.returncode == (-signal.SIGKILL if kill_at else 0)
        return done.stdout

    ranged = 0
    for where, points in (("partial.py", 4), (".py", 4)):
        calls = int(run(shutil.copytree(start, tmp_path / f"counted{where}"), 0, where))
        for point in range(points):
            cache = shutil.copytree(start, tmp_path / f"{where}{point}")
            run(cache, int(calls * (point + 0.5) / (points + 1)), where)
            assert len(fixed(cache)) in (100, 120)
            server.server.requests.clear()
            finish(cache, OSV, NEED, Redirected(server))
            assert len(fixed(cache)) == 120
            assert not [
                path for path in database_path(cache).parent.iterdir() if path.name.startswith(("refreshing", "fetching"))
            ]
            ranged += any(asked for _, asked in server.asked)
    assert ranged  # where it was killed in the middle of the download, the rest alone was asked for
