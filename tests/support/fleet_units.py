"""A fleet in a small world: the versions and ecosystems of ``matching``, images that are inventories, databases of records."""

import os
from contextlib import contextmanager
from types import SimpleNamespace

from sqlalchemy import select

from careen.config import Settings
from careen.database.build import FeedRow, Fresh, build
from careen.database.knowledge import database_path
from careen.fleet.connection import connect, sqlite_address, writing
from careen.fleet.fleet import Fleet
from careen.fleet.image_counts import count_images
from careen.fleet.rematch import assess_units
from careen.fleet.tables import image, metadata, project, project_image, unit_finding
from careen.fleet.units import store_units
from careen.model.advisory import Epss, Exploited, Support, VulnerabilityRecord
from careen.model.inventory import Inventory
from careen.store.memory import MemoryStore
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES

GENERAL = (VulnerabilityRecord, Epss, Exploited, Support)


def fleet_in(folder, address=""):
    """With empty tables; SQLite, unless ``address`` or FLEET_DATABASE names a database whose tables may be dropped."""
    address = address or os.environ.get("FLEET_DATABASE", "")
    engine = connect(address or sqlite_address(folder))
    if address:
        metadata.drop_all(engine)
    metadata.create_all(engine)

    @contextmanager
    def session():
        yield SimpleNamespace(schemes=SCHEMES, ecosystems=ECOSYSTEMS)

    settings = Settings(cache_dir=folder, db_max_age="off")
    return Fleet(engine, None, MemoryStore(), settings, session, bytes, bytes)


def database_with(fleet, records, built, path=None):
    """A database of these records, in place of the fleet's unless a path is given."""
    path = path or database_path(fleet.settings.cache_dir)
    path.parent.mkdir(exist_ok=True, parents=True)
    feeds = [
        Fresh(FeedRow("debian.json", "debian", as_of=built[:10]), lambda: [one for one in records if _is_of(one, "debian")]),
        Fresh(FeedRow("osv/PyPI.zip", "osv", "PyPI", as_of=built[:10]), lambda: [one for one in records if _is_of(one, "osv")]),
        Fresh(FeedRow("kev.json", "kev", as_of=built[:10]), lambda: [one for one in records if isinstance(one, GENERAL)]),
    ]
    build(path, feeds, built, path if path.exists() else None)
    return path


def _is_of(record, source):
    """An index has no source of its own: it is read with Debian's advisories."""
    return not isinstance(record, GENERAL) and (getattr(record, "source", "debian") == "debian") == (source == "debian")


def add_image(fleet, packages, number=1, project_id=None, **fields):
    """Stores an image of Debian 12 with these packages, assesses and counts it."""
    with writing(fleet.engine) as connection:
        row = {"id": number, "identity": f"sha256:{number}", "reference": f"app:{number}", "state": "ready", "enrolled_at": 0.0}
        connection.execute(image.insert().values(row))
        if project_id is not None:
            connection.execute(project_image.insert().values(project_id=project_id, image_id=number, seen_at=0.0))
        inventory = Inventory(fields.pop("distribution", DEBIAN), tuple(packages), **fields)
        missing = store_units(connection, fleet, number, inventory)
    assess_units(fleet, missing)
    with writing(fleet.engine) as connection:
        count_images(connection, [number])
    return missing


def add_project(fleet, number=1):
    with writing(fleet.engine) as connection:
        connection.execute(project.insert().values(id=number, name=f"p{number}", created_at=0.0))
    return number


def rows(fleet, table, *columns):
    with fleet.engine.connect() as connection:
        wanted = select(*(table.c[name] for name in columns)) if columns else select(table)
        return sorted(map(tuple, connection.execute(wanted)), key=repr)


def findings(fleet):
    return rows(fleet, unit_finding, "vulnerability", "package", "severity", "confidence", "fix_state", "fixed_version")
