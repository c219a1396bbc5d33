"""What is stored of an image's packages."""

import pytest
from tests.support.fleet_units import add_image, database_with, fleet_in, rows
from tests.support.matching import DEBIAN, advisory, deb, info, pypi

from careen.fleet import rematch
from careen.fleet.connection import writing
from careen.fleet.tables import context, image, image_unit, unit, unit_package
from careen.fleet.units import store_units
from careen.model.advisory import Listed
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence, Source

BUILT = "2026-01-01T00:00:00+00:00"
LISTED = Listed("debian:12", "acme", ("1.0-1",), "2026-01-01")
ACME = deb("acme", "9.0-1", Source("acme", "9.0-1"))


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    yield made
    made.engine.dispose()


def test_storing_again_changes_nothing(fleet):
    database_with(fleet, [info(unfixed=True)], BUILT)
    assert len(add_image(fleet, [deb(), pypi()])) == 2
    was = rows(fleet, image_unit), rows(fleet, unit), rows(fleet, context)
    with writing(fleet.engine) as connection:
        assert store_units(connection, fleet, 1, Inventory(DEBIAN, (deb(), pypi()))) == []
    assert (rows(fleet, image_unit), rows(fleet, unit), rows(fleet, context)) == was


def test_an_image_that_was_read_again_loses_what_it_no_longer_has(fleet):
    database_with(fleet, [info(unfixed=True)], BUILT)
    add_image(fleet, [deb(), pypi()])
    with writing(fleet.engine) as connection:
        store_units(connection, fleet, 1, Inventory(DEBIAN, (deb(),)))
    assert len(rows(fleet, image_unit)) == 1


def test_all_packages_of_a_unit_are_found_by_name(fleet):
    database_with(fleet, [info(unfixed=True)], BUILT)
    owner = deb("python3-django", "4.2.1-1")
    add_image(fleet, [owner, pypi(owned_by=owner.purl)])
    assert rows(fleet, unit, "name") == [("python3-django",)]
    assert rows(fleet, unit_package, "type", "name") == [("deb", "python3-django"), ("pypi", "django")]


def test_the_coverage_of_an_image(fleet):
    database_with(fleet, [info(unfixed=True), advisory()], BUILT)
    add_image(fleet, [deb()], 1)
    add_image(fleet, [deb(), pypi()], 2)  # without a feed of PyPI
    add_image(fleet, [pypi()], 3, distribution=None)
    unread = Unknown("deb", Evidence("x", 0), "damaged")
    add_image(fleet, [deb()], 4, unknowns=(unread,))
    assert rows(fleet, image, "id", "coverage") == [
        (1, "assessed"),
        (2, "partially_assessed"),
        (3, "not_assessed"),
        (4, "partially_assessed"),
    ]


def test_where_the_day_of_an_image_decides_it_has_a_unit_of_that_day(fleet):
    """A package that no index offers is the distribution's in a new image, and a third party's in one that is older."""
    elsewhere = [Listed("debian:sid", "acme", ("2.0-1",), "2026-01-01"), info("debian:sid", unfixed=True)]
    database_with(fleet, [info(unfixed=True), LISTED, advisory(fixed="9.9-1", package="acme"), *elsewhere], BUILT)
    add_image(fleet, [ACME], 1, created="2020-05-05T00:00:00Z")
    add_image(fleet, [ACME], 2, created="2026-01-01T00:00:00Z")
    add_image(fleet, [ACME], 3, created="2020-05-05T09:00:00Z")
    units = dict(rows(fleet, image_unit, "image_id", "unit_id"))
    assert units[1] == units[3] != units[2]
    reasons = dict(rows(fleet, unit, "id", "reasons"))
    assert "unassessed_package" in reasons[units[1]]
    assert "unassessed_package" not in reasons[units[2]]
    assert [name for is_dated, name in rows(fleet, unit, "dated", "name") if is_dated] == ["acme"]


def test_a_new_index_may_make_the_day_decide(fleet, tmp_path):
    old = database_with(fleet, [info(unfixed=True)], BUILT)
    old = old.rename(tmp_path / "old.sqlite")
    database_with(fleet, [info(unfixed=True)], BUILT)
    add_image(fleet, [ACME], 1, created="2020-05-05T00:00:00Z")
    add_image(fleet, [ACME], 2, created="2026-01-01T00:00:00Z")
    new = database_with(fleet, [info(unfixed=True), LISTED], "2026-01-03T00:00:00+00:00")
    rematch.after_update(fleet, old, new)
    units = dict(rows(fleet, image_unit, "image_id", "unit_id"))
    assert units[1] != units[2]
