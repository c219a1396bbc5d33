"""What was not assessed, over all images of a project."""

import pytest
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import deb, info, pypi

from careen.fleet import not_assessed as counted
from careen.fleet import search
from careen.fleet.connection import writing
from careen.fleet.not_assessed import not_assessed
from careen.fleet.tables import project_image
from careen.model.inventory import Unknown
from careen.model.package import Evidence

UNREAD = Unknown("java", Evidence("srv/app.jar", 0), "it is damaged")


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    add_project(made, 1)
    add_project(made, 2)
    database_with(made, [info(unfixed=True)], "2026-11-01T00:00:00Z")
    add_image(made, [deb(), pypi(), pypi("own", "1")], 1, 1, unknowns=(UNREAD,))
    add_image(made, [pypi()], 2, 1)
    add_image(made, [deb()], 3, 1, unknowns=(UNREAD,))
    add_image(made, [deb(), pypi("theirs", "1")], 4, 2, no_package_database=True)
    yield made
    made.assessors.close()
    made.engine.dispose()


def found(fleet, project=1):
    with fleet.engine.connect() as connection:
        return {one.code: (one.images.number, one.packages.number) for one in not_assessed(connection, project)}


def images_of(fleet, query, project=1):
    with fleet.engine.connect() as connection:
        return {row["id"] for row in search.images(connection, project, search.parsed(query)).rows}


def test_reasons_of_packages_and_of_images(fleet):
    assert found(fleet)["no_advisories"] == (2, 2)
    assert found(fleet)["unreadable"] == (2, 0)


def test_another_project_sees_its_own(fleet):
    assert "unreadable" not in found(fleet, 2) and found(fleet, 2)["no_package_database"][0] == 1
    assert "no_package_database" not in found(fleet)
    with writing(fleet.engine) as connection:
        connection.execute(project_image.update().where(project_image.c.image_id == 4).values(deleted_at=1.0))
    assert found(fleet, 2) == {}


def test_codes_of_an_uploaded_report_do_not_crowd_out_known_ones(fleet):
    """Another project's report may state any codes."""
    before = found(fleet)
    odd = tuple(Unknown("x", Evidence("a", 0), "odd", code=f"a{number}") for number in range(2 * counted.MOST))
    add_image(fleet, [deb()], 5, 2, unknowns=odd)
    assert found(fleet) == before
    assert len(found(fleet, 2)) > counted.MOST / 2, "its own are shown, up to a bound"


def test_a_reason_leads_to_as_many_images_as_are_counted(fleet):
    for code, (images, _) in found(fleet).items():
        assert len(images_of(fleet, f"reason:{code}")) == images, code
    assert images_of(fleet, "reason:unreadable") == {1, 3} and images_of(fleet, "-reason:unreadable") == {2}


def test_counts_stop_at_a_bound(fleet, monkeypatch):
    monkeypatch.setattr(counted, "BOUND", 1)
    with fleet.engine.connect() as connection:
        by_code = {one.code: one for one in not_assessed(connection, 1)}
    one = by_code["no_advisories"]
    assert (one.images.number, one.images.exact, one.packages.number, one.packages.exact) == (1, False, 1, False)


def test_an_empty_fleet(tmp_path):
    fleet = fleet_in(tmp_path)
    with fleet.engine.connect() as connection:
        assert not_assessed(connection, 1) == ()
    fleet.engine.dispose()
