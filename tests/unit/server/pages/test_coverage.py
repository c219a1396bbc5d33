"""The page about what was not assessed: each reason with what to do, and how to get there."""

import pytest
from tests.support.fleet_units import add_image, database_with
from tests.support.matching import deb, info, pypi

from careen.model.inventory import Unknown
from careen.model.package import Evidence


@pytest.fixture
def page(service):
    database_with(service.fleet, [info(unfixed=True)], "2026-01-01T00:00:00+00:00")
    unread = Unknown("java", Evidence("srv/<b>app.jar", 0), "damaged")
    add_image(service.fleet, [deb(), pypi()], 1, service.id, unknowns=(unread,))
    add_image(service.fleet, [pypi()], 2, service.id)
    return f"/projects/{service.id}"


def test_reasons_with_counts_and_links(service, page):
    browser = service.browser(service.admin)
    text = browser.get(f"{page}/coverage").text
    assert f'<a href="{page}/search?q=reason:no_advisories">No source has advisories' in text
    assert f'<a href="{page}/search?q=reason:unreadable">Files or layers could not be read' in text
    rows = {row["reason"]: row for row in browser.get(f"{page}/coverage?export=json").json()["items"]}
    assert (rows["no_advisories"]["images"], rows["no_advisories"]["packages"]) == (2, 1)
    assert rows["unreadable"]["images"] == 1 and rows["unreadable"]["effect"] == "note"


def test_it_is_one_click_from_the_overview(service, page):
    assert f'href="{page}/coverage">what was not assessed' in service.browser(service.admin).get(page).text


def test_a_project_without_images_has_a_next_step(service):
    text = service.browser(service.admin).get(f"/projects/{service.id}/coverage").text
    assert "No images yet" in text and f'href="/projects/{service.id}/start"' in text
