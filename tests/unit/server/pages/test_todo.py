"""What waits for people, on the overview."""

from sqlalchemy import update
from tests.support.filled_service import with_findings

from careen.fleet.connection import writing
from careen.fleet.deadlines import Deadlines
from careen.fleet.projects import ProjectSettings, with_settings
from careen.fleet.tables import base_tag, image, project, unit_finding


def test_overdue_findings_and_outdated_bases_are_tiles(service):
    with_findings(service)
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    assert "Open tasks" not in browser.get(start).text, "no days are set, and no base states itself"
    kept = with_settings(b"", ProjectSettings(deadlines=Deadlines("<b>blue", critical=7)))
    with writing(service.fleet.engine) as connection:
        connection.execute(update(project).values(settings=kept))
        connection.execute(update(unit_finding).values(first_at=1.0))
        connection.execute(update(image).where(image.c.id == 1).values(base="debian:12", base_digest="sha256:old"))
        row = {"project_id": service.id, "reference": "debian:12", "digests": "sha256:new", "checked_at": 1.0}
        connection.execute(base_tag.insert().values(row))
    again = browser.get(start).text
    assert "Open tasks" not in again, "it is counted once a minute"
    service.app.state.todos._known.clear()
    page = browser.get(start).text
    assert "<b>1</b> overdue finding, for &lt;b&gt;blue" in page
    assert "<b>1</b> image on an outdated digest" in page
