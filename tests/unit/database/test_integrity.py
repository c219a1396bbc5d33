"""A scan that opens the database while an update replaces it."""

import pytest

from careen.database import integrity


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "advisories.sqlite"
    put(path, b"old")
    integrity.distrust(path)
    return path


def put(path, content):
    aside = path.with_name("aside")
    aside.write_bytes(content)
    integrity.replaced(aside, path)


@pytest.mark.parametrize("before", [True, False])
def test_an_update_while_the_file_is_read_is_no_damage(database, monkeypatch, before):
    checksum = integrity._checksum

    def updated(path):
        monkeypatch.setattr(integrity, "_checksum", checksum)
        if before:
            put(path, b"new")
            return checksum(path)
        found = checksum(path)
        put(path, b"new")
        return found

    monkeypatch.setattr(integrity, "_checksum", updated)
    assert integrity.is_whole(database)
    integrity.distrust(database)
    assert integrity.is_whole(database)


def test_a_changed_byte_is_damage(database):
    database.write_bytes(b"odd")
    assert not integrity.is_whole(database)
    assert not integrity.is_whole(database)
