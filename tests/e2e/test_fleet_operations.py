"""What an operator does to a fleet: backups, upgrades, stops, and a database role with few rights."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import ProgrammingError
from tests.support.fleet import fill
from tests.support.fleet_database import address, postgres_server
from tests.support.fleet_world import a_project, fleet_at, reads, settled, states, working
from tests.support.postgres import programs
from tests.support.registry import Registry

from careen.fleet import layers, migrations
from careen.fleet.connection import connect, is_sqlite, prepare, sqlite_address, writing
from careen.fleet.enrolment import Enrolment, enrol, open_enrolled
from careen.fleet.fleet import PERSON
from careen.fleet.queue import Job
from careen.fleet.reports import report_of
from careen.fleet.tables import audit, image, layer, registry

__all__ = ["address", "postgres_server"]


@pytest.fixture
def images():
    with Registry() as served:
        yield served


def scanned(fleet, images):
    """(the project, the identity of an image that is ready)"""
    (reference,) = fill(images, repositories=1, tags=1)
    project = a_project(fleet)
    with working(fleet):
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet), states(fleet)
    return project, identity


def test_a_backup_is_the_fleet(address, tmp_path, images):
    with fleet_at(address, tmp_path) as fleet:
        project, identity = scanned(fleet, images)
        with writing(fleet.engine) as connection:
            sealed = fleet.seal(b"a password")
            row = {"project_id": project, "host": "registry.example", "credentials": sealed}
            connection.execute(registry.insert().values(row))
        before = report_of(fleet, project, identity)
        restored = backup(fleet, tmp_path / "restored")
    shutil.copytree(tmp_path / "data" / "cache" / "database", tmp_path / "restored" / "data" / "cache" / "database")
    shutil.copy2(tmp_path / "data" / "secret.key", tmp_path / "restored" / "data" / "secret.key")
    with fleet_at(restored, tmp_path / "restored", records=()) as fleet:
        found = report_of(fleet, project, identity)
        assert (found.findings, found.coverage) == (before.findings, before.coverage)
        with fleet.engine.connect() as connection:
            assert fleet.unseal(bytes(connection.execute(select(registry.c.credentials)).scalar_one())) == b"a password"


def backup(fleet, folder):
    """As the documentation has it, while the fleet is open; the address of the restored database."""
    (folder / "data" / "cache").mkdir(parents=True, mode=0o700)
    (folder / "data").chmod(0o700)
    if is_sqlite(fleet.engine):
        path = folder / "data" / "fleet.sqlite"
        with closing(sqlite3.connect(fleet.engine.url.database)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
        return sqlite_address(folder / "data")
    url = fleet.engine.url.set(drivername="postgresql")
    dump = folder / "fleet.dump"
    run("pg_dump", "--format=custom", f"--file={dump}", url.render_as_string())
    with fleet.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{url.database}_restored"'))
    other = url.set(database=f"{url.database}_restored").render_as_string()
    run("pg_restore", "--exit-on-error", f"--dbname={other}", str(dump))
    return other


def run(program, *arguments):
    subprocess.run([programs() / program, *arguments], check=True, capture_output=True)


PREPARE = "import sys; from careen.fleet.connection import connect, prepare; prepare(connect(sys.argv[1]))"


def test_two_processes_that_start_at_once_make_the_tables_once(address):
    both = [subprocess.Popen([sys.executable, "-c", PREPARE, address], stderr=subprocess.PIPE) for _ in range(2)]
    assert [(each.wait(120), each.stderr.read()) for each in both] == [(0, b"")] * 2
    for each in both:
        each.stderr.close()
    engine = connect(address)
    assert "image" in inspect(engine).get_table_names()
    engine.dispose()


STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{before}"


def upgrade():
    with op.batch_alter_table("project") as table:
        table.add_column(sa.Column("colour", sa.String(20), nullable=False, server_default="blue"))
"""


def test_an_upgrade_keeps_what_is_there(address, tmp_path, monkeypatch, images):
    """The fleet of this version, as the previous one left it, meets a version with one step more."""
    with fleet_at(address, tmp_path) as fleet:
        project, identity = scanned(fleet, images)
        before = report_of(fleet, project, identity).findings
    steps = tmp_path / "steps"
    shutil.copytree(migrations.HERE, steps, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name for path in (steps / "versions").glob("*.py")).partition("_")[0]
    (steps / "versions" / "9999_a_colour.py").write_text(STEP.format(before=newest))
    monkeypatch.setattr(migrations, "HERE", steps)
    engine = connect(address)
    for _ in range(2):  # the second time there is nothing to do
        prepare(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT colour FROM project")).scalars().all() == ["blue"]
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["9999"]
    engine.dispose()
    monkeypatch.undo()
    engine = connect(address)
    with pytest.raises(Exception, match="9999"):  # an older version refuses the newer tables, and changes nothing
        prepare(engine)
    engine.dispose()
    monkeypatch.setattr(migrations, "HERE", steps)
    with fleet_at(address, tmp_path, records=()) as fleet:
        assert report_of(fleet, project, identity).findings == before


def test_a_worker_that_stops_gives_back_what_it_has_not_read(address, tmp_path, images):
    with fleet_at(address, tmp_path) as fleet:
        (reference,) = fill(images, repositories=1, tags=1)
        project = a_project(fleet)
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        with fleet.engine.connect() as connection:
            number = connection.execute(select(image.c.id).where(image.c.identity == identity)).scalar_one()
        open_enrolled(fleet, Job("open", "x", b'{"image_id":%d}' % number))
        (job,) = layers.jobs_for([(digest, 1) for digest in sorted(reads(fleet))], PERSON, "tests")
        layers.read(fleet, job, "a worker that stops", lambda: True)
        assert sorted(reads(fleet).values()) == [0, 0, 1]
        with fleet.engine.connect() as connection:
            left = connection.execute(select(layer.c.state, layer.c.lease_until).where(layer.c.reads == 0)).all()
        assert left == [("waiting", 0.0)] * 2
        with working(fleet):
            assert settled(fleet)
        assert set(reads(fleet).values()) == {1}


RIGHTS = Path(__file__).parents[2] / "docs" / "service.md"


def test_the_documented_rights_are_enough(tmp_path, images, postgres_server):
    """One role makes the tables, another one works with them: it can neither change tables nor edit the audit log."""
    owner = postgres_server.database("rights")
    engine = connect(owner)
    with fleet_at(owner, tmp_path):
        pass
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in documented_rights():
            connection.execute(text(statement.replace("DATABASE careen", "DATABASE rights")))
    worker = owner.replace("//careen@", "//careen_worker@")
    with fleet_at(worker, tmp_path) as fleet:
        project, identity = scanned(fleet, images)
        assert report_of(fleet, project, identity) is not None
        with writing(fleet.engine) as connection:
            connection.execute(audit.insert().values(at=1.0, actor="a", action="b"))
        for refused in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DROP TABLE image", "CREATE TABLE x (id int)"):
            with pytest.raises(ProgrammingError), writing(fleet.engine) as connection:
                connection.execute(text(refused))
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar() == 1
    engine.dispose()


def documented_rights():
    found = RIGHTS.read_text().partition("```sql\n")[2].partition("```")[0]
    assert "GRANT" in found
    return [statement.strip() for statement in found.split(";") if statement.strip()]
