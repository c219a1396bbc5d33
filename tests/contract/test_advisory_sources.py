"""Rules for every advisory source, present and future: what it offers, and how it bears hostile bytes.

Each file of the golden cases is cut short and mutated (``CAREEN_MUTATIONS``, 200 by default, spread over them), outside
and inside of its packing: nothing but ValueError may come out.
"""

import importlib
import os
import random
import shutil
import zlib
from contextlib import suppress

import msgspec
import pytest
from tests.support.feeds import SOURCES, feeds_in, files_of, repacked, whole_mirror

from careen.database.build import FeedRow, Fresh, Kept, build
from careen.database.file_state import rows_of
from careen.database.read import open_database
from careen.plugins import Need

MUTATIONS = int(os.environ.get("CAREEN_MUTATIONS", "200"))
NOISE = (b"\0", b"\xff\xff\xff\xff", b'"', b"{", b"]", b"null", b"-1", b"1e999", b"[" * 2000, b"\n", b",", b"0", b"CVE-")

each = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    return whole_mirror(tmp_path_factory.mktemp("mirror"))


@each
def test_module_is_named_after_its_source(source):
    assert importlib.import_module(f"careen.advisories.{source.name.replace('-', '_')}").ADVISORY_SOURCE is source


@each
def test_has_the_fields_of_the_documentation(source):
    assert source.title
    assert source.licence
    assert source.homepage.startswith("https://")


FROM_MIRRORS = {"rocky"}  # the addresses of their files change with every release of them


@each
def test_live_feeds_have_addresses_of_their_own(source):
    offered = source.feeds(Need(), lambda name: ())
    feeds = [feed for feed in offered if feed.url]  # what has no lasting address is read from a mirror alone
    assert (source.name in FROM_MIRRORS) == (bool(offered) and not feeds)
    assert len({feed.path for feed in feeds}) == len({feed.url for feed in feeds}) == len(feeds)
    assert all(feed.url.startswith("https://") and " " not in feed.url for feed in feeds)


@each
def test_a_first_scan_asks_for_no_more_than_it_needs(source, mirror):
    everything = {feed.path for feed in source.feeds(Need(), lambda name: ())} or {
        feed.path for feed in feeds_in(source, mirror)
    }
    needed = source.feeds(Need(frozenset({"debian:12", "PyPI"})), lambda name: ())
    assert len(needed) <= 1 or not source.on_demand
    assert {feed.path for feed in needed} <= everything


@each
def test_records_are_stable_and_survive_packing(source, tmp_path):
    for feed, file in files_of(source, tmp_path):
        records = list(source.parse(feed, file))
        assert records
        assert records == list(source.parse(feed, file))
        for record in records:
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=type(record)) == record


@each
def test_hostile_bytes_raise_nothing_but_value_error(source, tmp_path):
    files = list(files_of(source, tmp_path / "mirrors"))
    file = tmp_path / "feed"
    for feed, whole in files:
        good = whole.read_bytes()
        seed = random.Random(zlib.crc32(feed.path.encode()))
        for _ in range(MUTATIONS // len(files) + 4):
            spoil = _spoiler(seed)
            data = repacked(good, spoil) if seed.random() < 0.7 else spoil(good)
            file.write_bytes(data)
            try:
                for record in source.parse(feed, file):
                    msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=type(record))
            except ValueError:
                pass


@each
@pytest.mark.parametrize(
    "data", [b"", b"<html>\x00<p>Moved elsewhere</html>", b"\x1f\x8b\x08\x00"], ids=["empty", "page", "cut"]
)
def test_every_form_gives_nothing_of_another_file(source, data, tmp_path):
    """Most refuse it; a list without an entry is a list."""
    other = tmp_path / "other"
    other.write_bytes(data)
    for feed, _ in files_of(source, tmp_path / "mirrors"):
        with suppress(ValueError):
            assert list(source.parse(feed, other)) == []


@pytest.fixture(scope="module")
def database(mirror, tmp_path_factory):
    path = tmp_path_factory.mktemp("database") / "advisories.sqlite"
    feeds = [(source, feed) for source in SOURCES for feed in feeds_in(source, mirror)]
    built = build(path, [_fresh(source, feed, mirror / feed.path) for source, feed in feeds], "2026-01-02T00:00:00Z")
    assert built.failed == {}
    return path, feeds


@each
@pytest.mark.parametrize("damage", ["another file", "empty", "loss"])
def test_a_feed_that_is_damaged_or_shrinks_is_kept_back_alone(source, damage, mirror, database, tmp_path, monkeypatch):
    monkeypatch.setattr("careen.database.build.LOSS_FROM_RECORDS", 1)
    before, feeds = database
    path, file = tmp_path / "advisories.sqlite", tmp_path / "feed"
    shutil.copyfile(before, path)
    file.write_bytes(b"" if damage == "empty" else b"<html>\x00<p>Moved elsewhere</html>")
    mine = next(feed for one, feed in feeds if one is source)
    again = [
        _fresh(one, feed, mirror / feed.path if damage == "loss" else file, shrunken=damage == "loss")
        if feed == mine
        else Kept(FeedRow(feed.path, one.name, feed.part))
        for one, feed in feeds
    ]
    built = build(path, again, "2026-01-03T00:00:00Z", path)
    assert set(built.failed) == {mine.path}
    assert _records_by_feed(path) == _records_by_feed(before)


@each
def test_every_form_that_is_damaged_or_shrinks_keeps_the_earlier_records(source, tmp_path, monkeypatch):
    monkeypatch.setattr("careen.database.build.LOSS_FROM_RECORDS", 1)
    other = tmp_path / "other"
    other.write_bytes(b"<html>\x00<p>Moved elsewhere</html>")
    for feed, file in files_of(source, tmp_path / "mirrors"):
        before, after = (tmp_path / name / "advisories.sqlite" for name in ("before", "after"))
        for path in (before, after):
            path.parent.mkdir(exist_ok=True)
        assert build(before, [_fresh(source, feed, file)], "2026-01-02T00:00:00Z").failed == {}
        for shrunken in (False, True):
            shutil.copyfile(before, after)
            again = _fresh(source, feed, file if shrunken else other, shrunken=shrunken)
            built = build(after, [again], "2026-01-03T00:00:00Z", after)
            assert set(built.failed) == {feed.path}
            assert _records_by_feed(after) == _records_by_feed(before)


def _fresh(source, feed, file, shrunken=False):
    def records():
        found = list(source.parse(feed, file))
        return [] if shrunken else found

    return Fresh(FeedRow(feed.path, source.name, feed.part), records)


def _records_by_feed(path):
    """All records, by feed."""
    with open_database(path) as database:
        return {feed: list(database.records_of_feed(feed)) for feed in rows_of(path)}


def _spoiler(seed):
    def spoil(data):
        changed = bytearray(data)
        for _ in range(seed.choice((1, 1, 2, 5))):
            at = seed.randrange(len(changed) + 1)
            match seed.randrange(4):
                case 0:
                    changed[at : at + 1] = bytes([seed.randrange(256)])
                case 1:
                    changed[at:at] = seed.choice(NOISE)
                case 2:
                    del changed[at : at + seed.randrange(1, 30)]
                case 3:
                    del changed[at:]
        return bytes(changed)

    return spoil
