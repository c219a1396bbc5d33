"""How many images there are for each project, counted in ranges of their ids."""

import pytest
from tests.support.fleet_units import add_image, add_project, fleet_in, rows
from tests.support.matching import deb, pypi

from careen.fleet import image_projects
from careen.fleet.connection import writing
from careen.fleet.enrolment import see
from careen.fleet.events import from_changes
from careen.fleet.image_projects import ImageProjects
from careen.fleet.tables import event, event_project, project_image, rematch_change, unit


@pytest.fixture
def fleet(tmp_path, address):
    made = fleet_in(tmp_path, address)
    yield made
    made.assessors.close()
    made.engine.dispose()


@pytest.mark.parametrize("size", [2, 100])
def test_each_project_counts_the_images_that_it_sees(fleet, monkeypatch, size):
    monkeypatch.setattr(image_projects, "RANGE", size)
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    for number in range(1, 6):
        add_image(fleet, [deb(), deb(version="3.0.12-1")], number, one)  # two units with the same change
    add_image(fleet, [pypi()], 6, other)
    units = dict(rows(fleet, unit, "id", "name"))
    with writing(fleet.engine) as connection:
        see(connection, other, 2, 5.0)
        of_one = project_image.c.project_id == one
        connection.execute(project_image.delete().where(of_one, project_image.c.image_id == 3))  # nobody sees it
        connection.execute(project_image.update().where(of_one, project_image.c.image_id == 4).values(deleted_at=5.0))
        change = {"kind": "disclosed", "vulnerability": "CVE-2026-0009", "package": "pkg:x/y", "severity": "low"}
        connection.execute(
            rematch_change.insert(), [{"unit_id": number, **change} for number, name in units.items() if name == "libssl3"]
        )
    assert from_changes(fleet.engine) == 1
    ((number, images),) = [row[1:] for row in rows(fleet, event, "kind", "id", "images") if row[0] == "disclosed"]
    of_projects = {row[1:] for row in rows(fleet, event_project, "event_id", "project_id", "images") if row[0] == number}
    assert (images, of_projects) == (5, {(one, 3), (other, 1)})


def test_a_fleet_without_images_has_none_to_count(fleet):
    projects = ImageProjects(fleet.engine)
    assert projects.count([]) == image_projects.Counted()
    assert projects.ranges == [(0, 0)]
