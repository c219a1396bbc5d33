"""What becomes of a damaged database where it is copied: what is whole is kept, what is lost is named."""

import pytest
from tests.support.feeds import SOURCES, whole_mirror

from careen.database.earlier_databases import install
from careen.database.file_state import connect_read_only, rows_of
from careen.database.forget import forget
from careen.database.integrity import replaced
from careen.database.knowledge import database_path
from careen.database.merge import with_checks
from careen.database.read import open_database
from careen.database.shelf import Shelf
from careen.database.update import update
from careen.errors import DatabaseError, UsageError
from careen.plugins import Need

TRACKER = "debian/tracker.json"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    update(folder, SOURCES, mirror_at=str(whole_mirror(folder / "mirror")), need=Need(full=True))
    return database_path(folder).read_bytes()


@pytest.fixture
def path(tmp_path, whole):
    found = database_path(tmp_path)
    found.parent.mkdir()
    aside = tmp_path / "aside"
    aside.write_bytes(whole)
    replaced(aside, found)
    return found


def damage(path, feed=None):
    """A bit of the first bucket of a feed, or of the head."""
    connection = connect_read_only(path)
    if feed is None:
        query = "SELECT body FROM head"
    else:
        (section, *_) = next(one.sections for one in Shelf(connection).head().held() if one.row.path == feed)
        query = f"SELECT body FROM bucket WHERE id = {section.first}"
    (body,) = connection.execute(query).fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    data[data.index(body[:60]) + 20] ^= 1
    path.write_bytes(data)


def without(path, tmp_path, *sources):
    """Another database, without these sources."""
    other = database_path(tmp_path / "other")
    other.parent.mkdir(parents=True)
    other.write_bytes(path.read_bytes())
    for source in sources:
        forget(other.parents[1], source)
    return lambda aside: aside.write_bytes(other.read_bytes())


def records(path):
    with open_database(path) as database:
        return {feed: list(database.records_of_feed(feed)) for feed in rows_of(path)}


def test_to_forget_a_source_names_what_was_damaged_besides(path):
    before = records(path)
    damage(path, TRACKER)
    with pytest.raises(DatabaseError, match=r"kev is removed, .* lost: debian/tracker\.json"):
        forget(path.parents[1], "kev")
    kept = {feed: found for feed, found in before.items() if feed != TRACKER and not feed.startswith("kev/")}
    assert records(path) == kept
    damage(path, "osv/npm/all.zip")
    assert forget(path.parents[1], "osv/npm")[0].path == "osv/npm/all.zip"  # what is to go may be damaged
    damage(path)
    with pytest.raises(DatabaseError, match="is damaged") as caught:
        forget(path.parents[1], "alpine")
    assert not isinstance(caught.value, UsageError)


def test_a_database_from_elsewhere_heals_a_damaged_one(path, tmp_path):
    before, write = records(path), without(path, tmp_path, "kev")
    damage(path, TRACKER)
    assert {row.source for row in install(path, write)} == {"kev"}
    assert records(path).keys() == before.keys()
    assert {feed: found for feed, found in records(path).items() if found != before[feed]} == {}


def test_what_only_the_damaged_one_had_is_named_as_lost(path, tmp_path):
    before, write = records(path), without(path, tmp_path, "kev", "debian")
    damage(path, TRACKER)
    with pytest.raises(DatabaseError, match=r"is in use, but .* lost: debian/tracker\.json"):
        install(path, write)
    assert records(path) == {feed: found for feed, found in before.items() if feed != TRACKER}


def test_a_database_without_a_head_is_replaced_and_reported(path, tmp_path):
    before, write = records(path), without(path, tmp_path)
    damage(path)
    with pytest.raises(DatabaseError, match=r"is in use, but .* lost"):
        install(path, write)
    assert records(path) == before
    damage(path)
    install(path, write, replace=True)
    assert records(path) == before


def test_a_damaged_database_is_not_carried_elsewhere(path, tmp_path, monkeypatch):
    from careen.database import merge
    from careen.database.checks import Check

    damage(path, TRACKER)
    monkeypatch.setattr(merge, "read_checks", lambda _: {TRACKER: Check(confirmed="2099-01-01")})
    monkeypatch.setattr(merge, "status", lambda _: type("Info", (), {"built": "2026-01-01"}))
    with pytest.raises(DatabaseError, match=r"damaged \(debian/tracker\.json\)"):
        with_checks(path, tmp_path / "aside")
