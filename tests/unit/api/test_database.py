import pytest

from careen.api import Database, DatabaseError, UsageError, make_settings
from tests.support.feeds import GOLDEN, lay_out


@pytest.fixture
def database(tmp_path):
    lay_out(GOLDEN / "alpine" / "secfixes" / "input", tmp_path / "feeds")
    return Database(cache_dir=tmp_path / "cache", db_from=tmp_path / "feeds")


def test_no_database_is_an_error(database):
    with pytest.raises(DatabaseError, match="no advisory database"):
        database.info()


def test_an_update_returns_each_feed_and_info_what_there_is(database):
    seen = []
    result = database.update(lambda what, done, total: seen.append(what))
    assert {feed.source for feed in result.feeds if feed.state == "updated"} == {"alpine"}
    assert result.changed
    assert database.info().loaded == {"alpine"}
    assert not database.update().changed


def test_settings_come_once():
    settings = make_settings(offline=True)
    assert Database(settings).settings is settings
    with pytest.raises(UsageError, match="beside settings"):
        Database(settings, offline=True)
