"""Counts of a project, and its latest events."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info, pypi

from careen.fleet import conditions, overview
from careen.fleet.connection import writing
from careen.fleet.tables import event, event_project, image, project_image


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    one, other = add_project(made, 1), add_project(made, 2)
    add_image(made, [deb(), pypi()], 1, one)
    add_image(made, [deb()], 2, one)
    add_image(made, [deb()], 3, other)
    with writing(made.engine) as connection:
        connection.execute(update(image).where(image.c.id == 1).values(critical=2))
        connection.execute(update(project_image).where(project_image.c.image_id == 1).values(runs_at=1.0))
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
    summaries._known[1].until = 0.0  # its time is over
    assert summaries.of(fleet, 1).images == 3


def test_a_project_does_not_wait_for_the_counts_of_another_one(fleet):
    begun, may_end = threading.Event(), threading.Event()

    def counted(connection, project_id):
        if project_id == 1:
            begun.set()
            assert may_end.wait(30)
        return project_id

    counts = overview.Kept(counted)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(counts.of, fleet, 1)
        try:
            assert begun.wait(30)
            assert pool.submit(counts.of, fleet, 2).result(30) == 2
        finally:
            may_end.set()
        assert first.result(30) == 1


def noted(fleet, project_id, vulnerability="", kind="disclosed", image_id=None):
    with writing(fleet.engine) as connection:
        row = {"at": 1.0, "kind": kind, "vulnerability": vulnerability, "image_id": image_id}
        number = connection.execute(event.insert().values(row)).inserted_primary_key[0]
        connection.execute(event_project.insert().values(project_id=project_id, event_id=number, images=1))


def latest(fleet, project_id, kind="disclosed"):
    with fleet.engine.connect() as connection:
        return [(one.vulnerability, one.identity) for one in overview.latest(connection, project_id, kind, 10)]


def test_events_of_what_a_project_has(fleet):
    noted(fleet, 1, "CVE-2026-0001")
    noted(fleet, 2, "CVE-2026-0001")
    noted(fleet, 2, image_id=3)
    noted(fleet, 1, "CVE-2026-0009", "resolved")  # no image has it any more
    assert latest(fleet, 1) == [("CVE-2026-0001", "")]
    assert latest(fleet, 2) == [("", "sha256:3"), ("CVE-2026-0001", "")]
    assert latest(fleet, 1, "introduced") == []
    assert latest(fleet, 1, "resolved") == [("CVE-2026-0009", "")]
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).where(project_image.c.image_id == 3).values(deleted_at=5.0))
    assert latest(fleet, 2) == [("CVE-2026-0001", "")]


def test_the_events_of_a_large_project_do_not_hide_those_of_a_small_one(fleet, monkeypatch):
    monkeypatch.setattr(overview, "NEWEST", 3)
    noted(fleet, 1, "CVE-2026-0001")
    for number in range(10):
        noted(fleet, 2, f"CVE-2026-1{number:03}")
    assert latest(fleet, 1) == [("CVE-2026-0001", "")]
    assert len(latest(fleet, 2)) == 3
