"""Policies on the pages: a preview of what one would fail, before it counts."""

from sqlalchemy import select
from tests.support.filled_service import send

from careen.fleet.tables import policy


def test_preview_then_save_then_remove(service):
    service.add_image("sha256:" + "1" * 64, service.id, risk=9, exit_code=0)
    browser, here = service.browser(service.admin), f"/projects/{service.id}/policies/default"
    assert "Without a policy no image fails" in browser.get(f"/projects/{service.id}/policies").text
    page = browser.get(here)
    preview = send(browser, page, f"{here}/preview", fail_on="vuln:critical\nkev", strict="on")
    assert "Would fail <b>1</b> of 1 images" in preview.text and "not met: fail-on vuln:critical" in preview.text
    assert stored(service) == []
    saved = send(browser, preview, here, fail_on="vuln:critical\nkev", strict="on", grace_days="3")
    assert saved.status_code == 303
    again = browser.get(here)
    assert ">vuln:critical\nkev</textarea>" in again.text and 'name="strict" checked' in again.text
    assert "applies" in browser.get(f"/projects/{service.id}/policies").text
    assert send(browser, again, f"{here}/remove").status_code == 303
    assert stored(service) == []


def test_rules_that_cannot_be_followed_are_shown_in_the_form(service):
    browser, here = service.browser(service.admin), f"/projects/{service.id}/policies/default"
    page = browser.get(here)
    for address in (here, f"{here}/preview"):
        answer = send(browser, page, address, fail_on="<script>alert(1)</script>")
        assert answer.status_code == 422 and "&lt;script&gt;alert(1)" in answer.text and "<script>alert" not in answer.text
    assert send(browser, page, here, grace_days="many").status_code == 422
    assert browser.get(f"/projects/{service.id}/policies/Odd%20Name").status_code in (400, 404)
    assert stored(service) == []


def test_a_reader_previews_and_saves_nothing(service):
    service.add_user("rita", role="reader")
    admin = service.browser(service.admin)
    here = f"/projects/{service.id}/policies/default"
    send(admin, admin.get(here), here, fail_on="critical")
    browser = service.browser("rita")
    page = browser.get(here)
    assert "Preview" in page.text and ">Save<" not in page.text
    assert send(browser, page, f"{here}/preview", fail_on="high").status_code == 200
    assert send(browser, page, here, fail_on="high").status_code == 403
    assert stored(service) == ["default"]


def stored(service):
    with service.fleet.engine.connect() as connection:
        return connection.execute(select(policy.c.name)).scalars().all()
