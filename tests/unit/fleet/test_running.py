"""An agent's report takes the place of its earlier one, and marks the images that run."""

from sqlalchemy import select
from tests.support.registries.fleet import new_project, small_fleet
from tests.support.registries.makers import digest

from careen.fleet.connection import writing
from careen.fleet.running import note_running
from careen.fleet.tables import agent_report, image, project_image
from careen.model.running import RunningImage


def note(fleet, project, *running, now, source="production"):
    with writing(fleet.engine) as connection:
        return note_running(connection, project, source, running, now)


def test_reports(tmp_path):
    fleet = small_fleet(tmp_path)
    mine, other = new_project(fleet), new_project(fleet, "two")
    with writing(fleet.engine) as connection:
        for number in (1, 2):
            values = {
                "identity": digest(number),
                "digest": digest(number),
                "reference": "x",
                "state": "ready",
                "enrolled_at": 1.0,
            }
            connection.execute(image.insert().values(**values))
        connection.execute(project_image.insert().values(project_id=mine, image_id=1, seen_at=1.0))
    web = RunningImage("prod", "Deployment/web", "registry.example/web:1", digest(1), True)
    job = RunningImage("prod", "CronJob/job", "registry.example/job:1", digest(2))
    assert note(fleet, mine, web, job, now=10.0) == 1
    assert note(fleet, other, web, now=11.0) == 0  # it does not see the image
    assert note(fleet, mine, web, now=20.0) == 1
    assert note(fleet, mine, job, now=20.0, source="staging") == 0
    with fleet.engine.connect() as connection:
        columns = agent_report.c
        rows = connection.execute(select(columns.project_id, columns.source, columns.workload, columns.at).order_by(columns.id))
        assert [tuple(row) for row in rows] == [
            (mine, "production", "Deployment/web", 20.0),
            (other, "production", "Deployment/web", 11.0),
            (mine, "staging", "CronJob/job", 20.0),
        ]
        assert connection.execute(select(image.c.runs_at).order_by(image.c.id)).scalars().all() == [20.0, None]
    fleet.engine.dispose()
