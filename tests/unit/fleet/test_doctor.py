"""What the doctor of a server finds, on both databases."""

import time

import pytest
from sqlalchemy import text
from tests.support.fleet_world import a_project, fleet_at, working
from tests.support.waiting import until

from careen.app.doctor import state_of
from careen.fleet.connection import connect, prepare, writing
from careen.fleet.doctor import SILENT_S, examine_server
from careen.fleet.tables import worker


def found(address, data, **options):
    return {line.code: line for line in examine_server(address, data, **options)}


def test_a_fleet_that_works(address, tmp_path):
    with fleet_at(address, tmp_path) as fleet, working(fleet):
        a_project(fleet)
        until(lambda: "workers" in found(address, tmp_path / "data"))
        lines = found(address, tmp_path / "data")
    assert {"folder", "key", "database", "migrations", "workers", "queue", "advisories"} <= set(lines)
    assert all(line.state != "problem" for line in lines.values() if line.code != "disk_full")


def test_no_worker_and_a_key_that_others_read(address, tmp_path):
    with fleet_at(address, tmp_path) as fleet:
        with writing(fleet.engine) as connection:
            connection.execute(
                worker.insert().values(id="gone", host="a", started_at=0.0, beat_at=time.time() - SILENT_S - 1, doing="")
            )
        (tmp_path / "data" / "secret.key").chmod(0o644)
        lines = found(address, tmp_path / "data")
    assert lines["no_worker"].state == "problem"
    assert lines["key_unusable"].advice.startswith("chmod 600")


def test_tables_of_an_older_version_and_none(address, tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    place = address or f"sqlite:///{tmp_path / 'data' / 'fleet.sqlite'}"
    engine = connect(place)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE other (id INTEGER)"))
    assert "no_tables" in found(address, tmp_path / "data")
    prepare(engine)
    assert "migrations" in found(address, tmp_path / "data")
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    lines = found(address, tmp_path / "data")
    engine.dispose()
    assert lines["migrations_missing"].state == "problem"
    assert "no_worker" not in lines


def test_a_role_with_more_rights_than_it_needs(address, tmp_path):
    if not address or "postgresql" not in address:
        pytest.skip("roles are PostgreSQL's")
    with fleet_at(address, tmp_path):
        assert "role_too_strong" in found(address, tmp_path / "data")


def test_nothing_is_made(tmp_path):
    lines = examine_server(None, tmp_path / "data")
    assert {"no_folder", "no_key", "no_database"} <= {line.code for line in lines}
    assert state_of(lines) == "problem"
    assert not (tmp_path / "data").exists()


def test_a_password_is_not_shown(tmp_path):
    lines = examine_server("postgresql://careen:hunter2@127.0.0.1:1/x", tmp_path)
    assert any(line.topic == "database" and line.state == "problem" for line in lines)
    assert "hunter2" not in str(lines)
