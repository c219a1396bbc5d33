"""Counts of a project, and its latest events."""

import pytest
from sqlalchemy import update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info, pypi

from careen.fleet import conditions, overview
from careen.fleet.connection import writing
from careen.fleet.tables import event, image


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    one, other = add_project(made, 1), add_project(made, 2)
    add_image(made, [deb(), pypi()], 1, one)
    add_image(made, [deb()], 2, one)
    add_image(made, [deb()], 3, other)
    with writing(made.engine) as connection:
        connection.execute(update(image).where(image.c.id == 1).values(runs_at=1.0, critical=2))
        connection.execute(update(image).where(image.c.id == 2).values(state="reading", enrolled_at=7.0))
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("few", [0, 2000])
def test_counts_of_a_project(fleet, monkeypatch, few):
    monkeypatch.setattr(conditions, "FEW", few)  # a project with many images is counted another way
    with fleet.engine.connect() as connection:
        found, other = overview.summary(connection, 1), overview.summary(connection, 2)
    assert (found.images, found.waiting, found.running, found.critical, found.running_critical) == (2, 1, 1, 1, 1)
    assert found.assessed + found.partially_assessed + found.not_assessed == 1
    assert found.oldest == 7.0
    assert other.images == 1


def test_counts_are_kept_for_a_while(fleet):
    summaries = overview.Kept(overview.summary)
    assert summaries.of(fleet, 1).images == 2
    add_image(fleet, [deb()], 4, 1)
    assert summaries.of(fleet, 1).images == 2
    summaries._known[1] = (0.0, summaries._known[1][1])  # its time is over
    assert summaries.of(fleet, 1).images == 3


def test_events_of_what_a_project_has(fleet):
    with writing(fleet.engine) as connection:
        for at, vulnerability, of_image in ((1.0, "CVE-2026-0001", None), (2.0, "CVE-2099-1", None), (3.0, "", 3)):
            row = {"at": at, "kind": "disclosed", "vulnerability": vulnerability, "image_id": of_image}
            connection.execute(event.insert().values(row))
    with fleet.engine.connect() as connection:
        one = overview.latest(connection, 1, "disclosed", 10)
        other = overview.latest(connection, 2, "disclosed", 10)
        assert overview.latest(connection, 1, "introduced", 10) == []
    assert [entry.vulnerability for entry in one] == ["CVE-2026-0001"]
    assert [entry.identity for entry in other] == ["sha256:3", ""]
