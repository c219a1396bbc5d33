"""A disk that is full while feeds are fetched and built: what was there stays in use, and one line says what is needed."""

import errno
import os
import re
import sqlite3
import sys
from pathlib import Path

import pytest
from tests.support.feeds import FakeNetwork
from tests.support.osv import BUCKET, NEED, OSV, fixed, record, whole
from tests.support.redirected import aged

from careen.database import build as building
from careen.database.checks import write_checks
from careen.database.download import Downloads
from careen.database.file_state import rows_of
from careen.database.knowledge import database_path
from careen.database.partial import partial_of
from careen.database.space import FullError, is_full
from careen.database.update import finish, refresh, update
from careen.database.workers import Gate
from careen.plugins import Feed

LINE = re.compile(r"(\S+): the disk is full, about [\d,]+ MB more are needed")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")


def network(version="2.0.0"):
    """With a feed of two megabytes, of which every part takes space: downloaded, staged and built."""
    noise = [os.urandom(6000).hex() for _ in range(160)]
    records = (record(n, version, summary=noise[n]) for n in range(160))
    return FakeNetwork({f"{BUCKET}/all.zip": whole(*records)})


@pytest.fixture
def cache(tmp_path):
    update(tmp_path, OSV, need=NEED, fetcher=network())
    return tmp_path


def limited(size, work):
    """What ``work`` gives or raises where no file may grow longer than ``size``."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        return work()
    except Exception as error:
        return error
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1000, 40_000, 400_000, 1_000_000])
def test_whatever_does_not_fit_changes_nothing(cache, size):
    path = database_path(cache)
    before, content = rows_of(path), path.read_bytes()
    anew = network("3.0.0")
    failed = limited(size, lambda: update(cache, OSV, need=NEED, fetcher=anew))
    assert isinstance(failed, FullError), failed
    named = LINE.fullmatch(str(failed))
    assert named, failed
    assert Path(named[1]).is_relative_to(cache)
    assert (rows_of(path), path.read_bytes()) == (before, content)
    assert not list(path.parent.glob("*.building*"))
    assert set(map(str, fixed(cache).values())) == {"['2.0.0']"}
    assert not update(cache, OSV, need=NEED, fetcher=anew).failed  # with space again
    assert set(map(str, fixed(cache).values())) == {"['3.0.0']"}


def test_a_scan_goes_on_with_what_there_is(cache):
    found = limited(40_000, lambda: refresh(cache, OSV, NEED, network("3.0.0"), max_age_s=0))
    assert [(one.state, bool(LINE.fullmatch(one.detail))) for one in found.feeds] == [("failed", True)]


def test_a_first_scan_says_so(tmp_path):
    assert isinstance(limited(40_000, lambda: refresh(tmp_path, OSV, NEED, network())), FullError)


def test_the_refresh_in_the_background_says_so(cache):
    aged(cache, days=2)
    content = database_path(cache).read_bytes()
    found = limited(40_000, lambda: finish(cache, OSV, NEED, network("3.0.0")))
    assert isinstance(found, FullError)
    assert database_path(cache).read_bytes() == content


def no_space(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["careen.database.applying.write_checks", "careen.database.build.put_in_place"])
def test_at_the_last_step(cache, monkeypatch, where):
    monkeypatch.setattr(where, no_space)
    with pytest.raises(FullError):
        update(cache, OSV, need=NEED, fetcher=network("3.0.0"))
    assert len(fixed(cache)) == 160


def test_what_is_kept_while_the_disk_fills_up_is_not_taken_for_damaged(cache, monkeypatch):
    """What could not be copied into the new file would be missing there."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL

    def copy(*_):
        raise error

    monkeypatch.setattr("careen.database.packing.Writer.copy", copy)
    path, content = database_path(cache), database_path(cache).read_bytes()
    with pytest.raises(FullError):
        building.build(path, [building.Kept(row) for row in rows_of(path).values()], "2026-01-03", path)
    assert path.read_bytes() == content


def test_how_much_of_a_download_is_missing_is_known(tmp_path):
    anew = network()
    url = f"{BUCKET}/all.zip"
    size = len(anew.answers[url])

    def fetch():
        return Downloads(anew, tmp_path).fetch(url, Feed("osv/npm/all.zip", url), None, url)

    failed = limited(600_000, fetch)
    assert str(failed).endswith(f"about {round((size - 600_000) / 1e6)} MB more are needed")


def test_a_piece_that_fits_in_part_is_not_taken_for_whole(tmp_path):
    """The system takes what fits without a word, and refuses the rest."""
    part = partial_of(tmp_path, "https://example.test", "x", Gate())
    part.take_up("https://example.test")

    def write():
        from careen.database.partial import Version

        part.begin(Version("https://example.test"), keep=True)
        part.write(b"a" * 1000)
        part.write(b"b" * 1000)

    failed = limited(1500, write)
    assert isinstance(failed, OSError)
    assert is_full(failed)


def test_other_errors_are_none_of_a_full_disk(tmp_path):
    assert not is_full(PermissionError(errno.EACCES, "no"))
    assert not is_full(ValueError("no"))
    assert not is_full(sqlite3.DatabaseError("malformed"))
    write_checks(tmp_path / "advisories.sqlite", {})
