"""Registries on the pages: added, changed, tested, removed; a password is never shown again."""

from sqlalchemy import select
from tests.support.filled_service import send

from careen.errors import NetworkError
from careen.fleet.tables import audit


def test_add_edit_test_and_remove(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}/registries"
    page = browser.get(f"{start}/new")
    given = {"address": "https://r.test/team/", "kind": "auto", "username": "ann", "password": "s3cret-s3cret"}
    made = send(browser, page, f"{start}/new", **given, include="team/*\nshop", every_hours="6")
    assert made.headers["location"] == f"{start}/1/edit?notice=registry"
    form = browser.get(made.headers["location"])
    assert "r.test/team" in form.text and "has credentials" in form.text and "s3cret" not in form.text
    assert send(browser, form, f"{start}/1/edit", include="other/*", newest="5").status_code == 303
    _, _, wanted = service.parts.registries.changed
    assert (wanted.include, wanted.newest, wanted.every_s, wanted.username) == (("other/*",), 5, 0, None)
    send(browser, form, f"{start}/1/edit", username="bob", password="another")
    assert service.parts.registries.changed[2].username == "bob"
    assert send(browser, form, f"{start}/1/crawl").status_code == 303
    assert service.parts.registries.crawled[0] == 1
    assert send(browser, form, f"{start}/1/remove").headers["location"] == f"{start}?notice=removed"
    assert browser.get(f"{start}/1/edit").status_code == 404


def test_a_test_sends_each_row_as_it_comes(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}/registries"
    send(browser, browser.get(f"{start}/new"), f"{start}/new", address="r.test")
    seen = []

    def watch(fleet, registry_id):
        for one in type(service.parts.registries).watch(service.parts.registries, fleet, registry_id):
            seen.append(one.text)
            yield one

    service.parts.registries.watch = watch
    page = browser.get(f"{start}/1/edit")
    answer = send(browser, page, f"{start}/1/test")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert "content-length" not in answer.headers, "it is sent in pieces"
    assert 'blocking="render"' in page.text and 'blocking="render"' not in answer.text, "and is drawn in pieces"
    assert '<li class="seen">&lt;b&gt;team&lt;/b&gt;: 1 of 2 tags</li>' in answer.text
    assert '<li class="done">' in answer.text and answer.text.rstrip().endswith("</html>")
    assert len(seen) == 4
    with service.fleet.engine.connect() as connection:
        assert "test_registry" in connection.execute(select(audit.c.action)).scalars().all()
    service.parts.registries.trouble = NetworkError("r.test <does> not answer")
    assert '<li class="failed">r.test &lt;does&gt; not answer</li>' in send(browser, page, f"{start}/1/test").text


def test_what_cannot_be_added_is_shown_in_the_form(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}/registries"
    page = browser.get(f"{start}/new")
    for wrong, words in (
        ({"address": '"><script>alert(1)</script>'}, "a wrong value in “Address”: it is empty, or has characters"),
        ({"address": ""}, "a wrong value in “Address”"),
        ({"address": "r.test", "every_hours": "9000"}, "a wrong value in “every hours”: it must be at most 8760."),
        ({"address": "r.test", "every_hours": "often"}, "a whole number"),
    ):
        answer = send(browser, page, f"{start}/new", **wrong)
        assert answer.status_code in (400, 422) and words in answer.text
        assert "<script>alert" not in answer.text and "regex" not in answer.text


def test_an_address_is_taken_as_a_browser_shows_it(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}/registries"
    made = send(browser, browser.get(f"{start}/new"), f"{start}/new", address="http://r.test:5000/team/")
    assert made.status_code == 303
    assert "r.test:5000/team" in browser.get(made.headers["location"]).text
