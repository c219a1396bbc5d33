"""Reports are kept until their image is assessed again or the project decides anything."""

from sqlalchemy import update
from tests.support.reports import usual

from careen.fleet import reports
from careen.fleet.connection import writing
from careen.fleet.tables import decision, image

from .conftest import NEW


def test_a_report_is_made_again_when_anything_changed(world, browser, monkeypatch):
    made = []

    def report_of(fleet, project_id, identity):
        made.append(identity)
        return usual()

    monkeypatch.setattr(reports, "report_of", report_of)
    address = f"{world.pages}/images/{NEW}"
    browser.get(address)
    browser.get(f"{address}/findings")
    assert len(made) == 1
    with writing(world.fleet.engine) as connection:
        connection.execute(update(image).where(image.c.identity == NEW).values(assessed_at=99.0))
    browser.get(address)
    assert len(made) == 2
    row = {"project_id": world.id, "vulnerability": "CVE-1", "status": "fixed", "decided_by": "ada", "decided_at": 1.0}
    with writing(world.fleet.engine) as connection:
        connection.execute(decision.insert().values(row))
    browser.get(address)
    browser.get(address)
    assert len(made) == 3


def test_another_project_makes_its_own(world, browser, monkeypatch):
    made = []
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: made.append(project_id) or usual())
    other = world.add_project("other")
    browser.get(f"{world.pages}/images/{NEW}")
    assert browser.get(f"/projects/{other}/images/{NEW}").status_code == 404
    world.add_image(NEW, other)
    browser.get(f"/projects/{other}/images/{NEW}")
    assert made == [world.id, other]
