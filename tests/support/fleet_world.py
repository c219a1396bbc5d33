"""A fleet with all of its parts in a folder: a database of advisories, and a worker in a thread."""

import contextlib
import threading

from sqlalchemy import func, select

from careen.config import settings_of
from careen.fleet.connection import writing
from careen.fleet.start import opened
from careen.fleet.tables import image, layer, project
from careen.fleet.worker import work
from tests.support.fleet_units import database_with
from tests.support.matching import advisory, info
from tests.support.waiting import until

RECORDS = [
    advisory("CVE-2026-0001", package="openssl", fixed="1.2", severity="high"),
    advisory("CVE-2026-0002", package="zlib1g", fixed="9", severity="critical"),
    info(packages=3000, unfixed=True),
]


@contextlib.contextmanager
def fleet_at(address, folder, records=RECORDS, **settings):
    """An opened fleet with a database of advisories, on plain HTTP."""
    made = settings_of(
        {
            "cache_dir": str(folder / "unused"),
            "plain_http": True,
            "db_max_age": "off",
            "refresh": "never",
            "private_hosts": ["127.0.0.1"],
            **settings,
        }
    )
    with opened(address, folder / "data", made, 2, alone=True) as fleet:
        if records:
            database_with(fleet, records, "2026-11-01T00:00:00Z")
        yield fleet


@contextlib.contextmanager
def working(fleet, places=2):
    stopped = threading.Event()
    thread = threading.Thread(target=work, args=(fleet, places, stopped.is_set), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(60)
        assert not thread.is_alive()


def a_project(fleet, name="shop"):
    with writing(fleet.engine) as connection:
        return connection.execute(project.insert().values(name=name, created_at=0.0, settings=b"")).inserted_primary_key[0]


def states(fleet, table=image):
    with fleet.engine.connect() as connection:
        return dict(connection.execute(select(table.c.state, func.count()).group_by(table.c.state)).all())


def settled(fleet, seconds=90.0, ends=("ready", "failed")):
    """Whether all images reach an end in time."""
    return until(lambda: set(states(fleet)) <= set(ends), seconds)


def reads(fleet):
    """How often each layer was read."""
    with fleet.engine.connect() as connection:
        return dict(connection.execute(select(layer.c.digest, layer.c.reads)).all())
