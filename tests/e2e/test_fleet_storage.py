"""Workers without a folder in common: what layers contain is in a bucket, and the advisories come from the store."""

import pytest
from sqlalchemy import func, select, update
from tests.support.bucket import ENVIRON, a_bucket
from tests.support.fleet import fill
from tests.support.fleet_database import address, postgres_server
from tests.support.fleet_units import database_with
from tests.support.fleet_world import RECORDS, a_project, settled, working
from tests.support.registry import Registry

from careen.app.databases import database_of
from careen.config import settings_of
from careen.database.read import status
from careen.errors import UsageError
from careen.fleet import shared_advisories
from careen.fleet.bulk import bulk
from careen.fleet.connection import is_sqlite, writing
from careen.fleet.enrolment import Enrolment, enrol
from careen.fleet.fleet import PERSON
from careen.fleet.reports import report_of
from careen.fleet.shared_advisories import BEFORE, SharedAdvisories
from careen.fleet.start import opened

__all__ = ["address", "postgres_server"]
OLD, NEW = "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"


def fleet_in(folder, address, **options):
    given = {"cache_dir": str(folder / "x"), "plain_http": True, "db_max_age": "off", "refresh": "never"}
    settings = settings_of({**given, "private_hosts": ["127.0.0.1"]})
    return opened(address, folder / "data", settings, 2, alone=True, **options)


@pytest.fixture
def bucket(monkeypatch):
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with a_bucket() as made:
        yield made


def test_a_fleet_with_a_bucket(address, tmp_path, bucket):
    with fleet_in(tmp_path, address, store=bucket.address) as fleet, Registry() as registry:
        database_with(fleet, RECORDS, OLD)
        (reference,) = fill(registry, repositories=1, tags=1)
        project = a_project(fleet)
        with working(fleet):
            identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
            assert settled(fleet)
        with fleet.session() as session:
            assert report_of(fleet, project, identity).findings == session.scan(f"registry:{reference}").findings != ()
        with fleet.engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(bulk)).scalar() == 0
    assert sum("/delta/" in path for path in bucket.objects) == 3


def test_a_worker_takes_the_newest_advisories_from_the_store(address, tmp_path, monkeypatch):
    monkeypatch.setattr(shared_advisories, "PART_BYTES", 4096)
    with fleet_in(tmp_path / "one", address) as one:
        if is_sqlite(one.engine):
            pytest.skip("workers of one SQLite file share its folder")
        key = tmp_path / "one" / "data" / "secret.key"
        with fleet_in(tmp_path / "two", address, key_file=key) as two:
            publish(one, OLD)
            look(two)
            here = database_of(two.settings)
            assert status(here).built == OLD
            publish(one, NEW)
            look(two)
            assert status(here).built == NEW
            assert status(here.with_name(BEFORE)).built == OLD
            database_with(two, RECORDS, "2026-11-03T00:00:00Z")
            look(two)
            assert status(here).built == "2026-11-03T00:00:00Z"  # an older one never takes the place of a newer one


def test_a_published_database_that_is_not_whole_changes_nothing(address, tmp_path):
    with fleet_in(tmp_path / "one", address) as one:
        if is_sqlite(one.engine):
            pytest.skip("workers of one SQLite file share its folder")
        key = tmp_path / "one" / "data" / "secret.key"
        with fleet_in(tmp_path / "two", address, key_file=key) as two:
            publish(one, OLD)
            look(two)
            publish(one, NEW)
            with writing(one.engine) as connection:
                connection.execute(update(bulk).where(bulk.c.kind == "advisories").values(data=b"damaged"))
            look(two)
            assert status(database_of(two.settings)).built == OLD
            assert list(database_of(two.settings).parent.glob("*.coming")) == []


def test_a_worker_with_another_key_does_not_start(address, tmp_path):
    with fleet_in(tmp_path / "one", address):
        pass
    other = tmp_path / "other.key"
    with pytest.raises(UsageError, match="not the secret key"), fleet_in(tmp_path / "one", address, key_file=other):
        pass


def publish(fleet, built):
    database_with(fleet, RECORDS, built)
    SharedAdvisories(fleet.engine, fleet.store, fleet.settings).publish()


def look(fleet):
    SharedAdvisories(fleet.engine, fleet.store, fleet.settings).look(now=True)
