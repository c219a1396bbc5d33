import errno

import pytest

from careen.app.database_transfer import _written, export_database, import_database, pull_database, push_database
from careen.config import Settings
from careen.errors import DatabaseError, InputError, UsageError


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path / "cache", db_artifact=("off",))


def test_without_a_database_nothing_is_exported(settings, tmp_path):
    with pytest.raises(DatabaseError):
        export_database(tmp_path / "db.tar", settings)
    assert list(tmp_path.glob("*.tar*")) == []


def test_a_file_that_cannot_be_imported(settings, tmp_path):
    with pytest.raises(InputError, match=r"gone\.tar"):
        import_database(tmp_path / "gone.tar", settings)


def test_a_full_disk_is_not_blamed_on_the_file(settings, tmp_path, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(InputError) as caught, _written(tmp_path / "db.tar"):
        raise full
    assert caught.value.hint.startswith("free some space")

    def layout(*_):
        raise full

    monkeypatch.setattr("careen.database.layout.Layout", layout)
    (tmp_path / "db.tar").touch()
    with pytest.raises(DatabaseError, match=r"advisories\.sqlite: the disk is full"):
        import_database(tmp_path / "db.tar", settings)


def test_references_of_registries(settings):
    with pytest.raises(UsageError, match="names no repository"):
        push_database("registry.example/db", settings)
    with pytest.raises(UsageError, match="pushed to a tag"):
        push_database(f"oci://registry.example/db@sha256:{'0' * 64}", settings)
    with pytest.raises(UsageError, match="no published database is configured"):
        pull_database(None, settings)
