"""Counts up to a bound, and the images of groups of packages in few statements."""

import pytest
from sqlalchemy import select, true
from tests.support.fleet_units import add_image, database_with, fleet_in
from tests.support.matching import deb, info, pypi

from careen.fleet import counting
from careen.fleet.tables import image, image_unit, unit_count, unit_package


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    made = fleet_in(tmp_path_factory.mktemp("fleet"))
    database_with(made, [info(), info("PyPI", "osv")], "2026-01-01T00:00:00+00:00")
    for number in range(1, 4):
        add_image(made, [deb(), *([pypi()] if number > 1 else [])], number)
    yield made
    made.engine.dispose()


def test_counts_are_bounded(fleet):
    with fleet.engine.connect() as connection:
        wanted = select(image.c.id)
        assert counting.count(connection, wanted) == counting.Count(3)
        assert counting.count(connection, wanted, bound=2) == counting.Count(2, exact=False)


def test_images_of_groups(fleet, monkeypatch):
    with fleet.engine.connect() as connection:
        units = dict(connection.execute(select(unit_package.c.name, unit_package.c.unit_id)).all())
        one, other = units["libssl3"], units["django"]
        groups = [[one], [other], [one, other], [999]]
        found = counting.image_counts(connection, groups, true())
        assert [row["images"] for row in found] == [3, 2, 3, 0]
        assert all(row["images_exact"] for row in found)
        of_some = counting.image_counts(connection, groups, image_unit.c.image_id < 3)
        assert [row["images"] for row in of_some] == [2, 1, 2, 0]
        monkeypatch.setattr(counting, "BOUND", 2)
        bounded = counting.image_counts(connection, groups[:2], true())
        assert [(row["images"], row["images_exact"]) for row in bounded] == [(2, False), (2, True)]


def test_packages_that_wait_for_a_database_count(tmp_path):
    waiting = fleet_in(tmp_path)
    database_with(waiting, [info()], "2026-01-01T00:00:00+00:00")
    add_image(waiting, [deb()], 1)
    with waiting.engine.begin() as connection:
        connection.execute(unit_count.delete())
        (number,) = connection.execute(select(unit_package.c.unit_id)).scalars()
        assert counting.image_counts(connection, [[number]], true()) == [{"images": 1, "images_exact": True}]
    waiting.engine.dispose()
