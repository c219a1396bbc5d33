import pytest
from msgspec.structs import replace

from careen.app.databases import (
    check_accepted,
    database_list,
    database_of,
    database_status,
)
from careen.app.mirroring import mirror_feeds
from careen.config import Settings
from careen.errors import DatabaseError, UsageError


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path / "cache", db_artifact=("off",))


def test_the_database_in_use_or_the_named_one(settings, tmp_path):
    assert database_of(settings).is_relative_to(tmp_path / "cache" / "database")
    file = tmp_path / "other.sqlite"
    file.write_bytes(b"")
    assert database_of(replace(settings, db=str(file))) == file


def test_without_a_database(settings, tmp_path):
    assert database_list(settings) == ()
    with pytest.raises(DatabaseError):
        database_status(settings)


def test_only_known_sources_are_accepted(settings):
    check_accepted((), settings)
    check_accepted(("debian",), settings)
    with pytest.raises(UsageError, match="no such source"):
        check_accepted(("debain",), settings)


def test_a_mirror_is_not_made_of_a_mirror(settings, tmp_path):
    with pytest.raises(UsageError, match="own addresses"):
        mirror_feeds(tmp_path / "mirror", replace(settings, db_from=str(tmp_path)))
    with pytest.raises(UsageError):
        mirror_feeds(tmp_path / "mirror", settings, wanted=("nothing-like-this",))
