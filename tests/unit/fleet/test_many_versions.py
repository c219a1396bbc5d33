"""A comparison of versions in a fleet that has very many versions of one package, on both databases."""

import pytest
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import ECOSYSTEMS, SCHEMES, info, pypi

from careen.errors import UsageError
from careen.fleet import conditions, search
from careen.fleet.conditions import Versions
from careen.fleet.connection import writing
from careen.fleet.tables import unit_package

MANY = 33_000  # more than SQLite allows parameters in a statement


@pytest.fixture
def fleet(tmp_path, address):
    made = fleet_in(tmp_path, address)
    database_with(made, [info(unfixed=True)], "2026-01-01T00:00:00+00:00")
    add_project(made, 1)
    add_image(made, [pypi(version="4.1")], 1, 1)
    add_image(made, [pypi(version="5.0")], 2, 1)
    others = [
        {"unit_id": 1_000_000 + number, "position": 0, "type": "pypi", "name": "django", "version": f"4.0.{number}"}
        for number in range(MANY)
    ]
    with writing(made.engine) as connection:
        connection.execute(unit_package.insert(), others)
    yield made
    made.engine.dispose()


def images(fleet, query):
    with fleet.engine.connect() as connection:
        page = search.images(connection, 1, search.parsed(query), versions=Versions(SCHEMES, ECOSYSTEMS))
    return {row["id"] for row in page.rows}


def test_all_of_them_are_compared(fleet):
    assert images(fleet, "package:django<4.2") == {1}
    assert images(fleet, "package:django>=4.2") == {2}


def test_beyond_the_limit_the_query_is_refused(fleet, monkeypatch):
    monkeypatch.setattr(conditions, "MAX_VERSIONS", MANY)
    with pytest.raises(UsageError, match=f"have more than {MANY} versions"):
        images(fleet, "package:django<4.2")
