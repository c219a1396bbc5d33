"""What runs in one project is not shown to another one that has the same image, on both databases."""

import pytest
from sqlalchemy import func, select, update
from tests.support.fleet_database import address, postgres_server
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info

from careen.fleet import overview, running, search
from careen.fleet.connection import writing
from careen.fleet.purge import DAY_S, Retention, purge
from careen.fleet.tables import project_image

__all__ = ["address", "postgres_server"]

NOW = 1_000 * DAY_S


@pytest.fixture
def fleet(address, tmp_path):
    """Two projects with the same two images. The first runs in project 1."""
    made = fleet_in(tmp_path, address)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    add_project(made, 1)
    add_project(made, 2)
    for number in (1, 2):
        add_image(made, [deb()], number, 1)
    with writing(made.engine) as connection:
        also = [{"project_id": 2, "image_id": number, "seen_at": 0.0} for number in (1, 2)]
        connection.execute(project_image.insert(), also)
    runs(made, 1, 1, NOW)
    yield made
    made.engine.dispose()


def runs(fleet, project_id, number, at):
    of_project = (project_image.c.project_id == project_id, project_image.c.image_id == number)
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).where(*of_project).values(runs_at=at))


def found(fleet, project_id, text, ask=search.images):
    with fleet.engine.connect() as connection:
        return ask(connection, project_id, search.parsed(text)).rows


@pytest.mark.parametrize("few", [0, 2000])
def test_each_project_sees_its_own(fleet, monkeypatch, few):
    monkeypatch.setattr(running, "FEW", few)  # many images that run are found another way
    known = {
        (project_id, text): [row["id"] for row in found(fleet, project_id, text)]
        for project_id in (1, 2, None)
        for text in ("runs:true", "-runs:true")
    }
    assert known == {
        (1, "runs:true"): [1], (1, "-runs:true"): [2],
        (2, "runs:true"): [], (2, "-runs:true"): [2, 1],
        (None, "runs:true"): [1], (None, "-runs:true"): [2],
    }  # fmt: skip
    with fleet.engine.connect() as connection:
        counts = [overview.summary(connection, project_id).running for project_id in (1, 2)]
    assert counts == [1, 0]


@pytest.mark.parametrize("ask", [search.images, search.findings])
def test_lists_state_when_it_was_seen(fleet, ask):
    runs(fleet, 2, 1, NOW - 60)
    moments = [
        {row.get("image_id") or row["id"]: row["runs_at"] for row in found(fleet, project_id, "", ask)}
        for project_id in (1, 2, None)
    ]
    assert moments == [{1: NOW, 2: None}, {1: NOW - 60, 2: None}, {1: NOW, 2: None}]


def test_each_ends_by_itself(fleet):
    runs(fleet, 2, 1, NOW - 8 * DAY_S)
    purge(fleet, Retention(), NOW)
    with fleet.engine.connect() as connection:
        wanted = select(func.count()).where(project_image.c.runs_at.is_not(None)).group_by(project_image.c.project_id)
        assert connection.execute(wanted.add_columns(project_image.c.project_id)).all() == [(1, 1)]
