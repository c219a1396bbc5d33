"""Triage on the pages: select, preview, decide, undo, export; and decisions about a base."""

import html
import json
import re

import pytest
from sqlalchemy import select
from tests.support.filled_service import send, with_findings
from tests.support.fleet_units import add_image
from tests.support.matching import deb
from tests.support.triage_world import DJANGO, LIBSSL, OPENSSL, a_decision

from careen.fleet import search, walk
from careen.fleet.connection import writing
from careen.fleet.tables import audit, decision, signed_statement, unit_finding
from careen.model.package import Distribution

REASON = "no input reaches it <b>ever</b>"


@pytest.fixture
def browser(service):
    with_findings(service)
    return service.browser(service.admin)


def test_decide_in_bulk_with_a_preview_and_undo(service, browser):
    start = f"/projects/{service.id}"
    page = browser.get(f"{start}/triage")
    assert page.text.index(OPENSSL) < page.text.index(DJANGO), "the highest risk first"
    chosen = [f"{OPENSSL} {LIBSSL}", f"{DJANGO} pkg:pypi/django@4.2.1"]
    form = send(browser, page, f"{start}/triage/decide", target=chosen)
    assert form.status_code == 200 and "Decide about 2 findings" in form.text
    given = {"target": [f"{line} " for line in chosen], "status": "not_affected", "reason": REASON, "days": "30"}
    preview = send(browser, form, f"{start}/triage/decide", **given)
    assert "Hides <b>3</b> of 3 findings on <b>2</b> images" in preview.text
    assert "no input reaches it &lt;b&gt;ever" in preview.text, "the form keeps what was typed, as text"
    assert rows(service) == []
    decided = send(browser, preview, f"{start}/triage/decided", **given)
    assert decided.status_code == 303
    shown = browser.get(decided.headers["location"])
    assert "Undo all of them" in shown.text and "Decided. The decision counts from now on" in shown.text
    assert "<b>ever" not in shown.text
    assert OPENSSL not in browser.get(f"{start}/triage").text
    assert OPENSSL in browser.get(f"{start}/triage?decided=true").text
    vex = browser.get(f"{start}/decisions.vex.json")
    assert "attachment" in vex.headers["content-disposition"]
    assert [one["status"] for one in json.loads(vex.text)["statements"]] == ["not_affected", "not_affected"]
    batch = rows(service)[0].batch
    record = browser.get(f"{start}/decisions")
    assert f"{start}/decisions?batch={batch}" in record.text, "the way to undo all of them"
    send(browser, record, f"{start}/decisions/{rows(service)[0].id}/revoke")
    assert [row.revoked_at is not None for row in rows(service)] == [True, False], "undo in a row is about that one"
    undone = send(browser, shown, f"{start}/decision-batches/{batch}/undo")
    assert "stay on record" in browser.get(undone.headers["location"]).text
    assert OPENSSL in browser.get(f"{start}/triage").text
    assert json.loads(browser.get(f"{start}/decisions.vex.json").text)["statements"] == []
    assert [row.revoked_at is not None for row in rows(service)] == [True, True]
    with service.fleet.engine.connect() as connection:
        actions = set(connection.execute(select(audit.c.action)).scalars())
    assert {"create_decisions", "undo_decisions"} <= actions


def test_what_is_wrong_is_shown_and_nothing_is_lost(service, browser):
    start = f"/projects/{service.id}"
    page = browser.get(
        f"{start}/triage/decide?vulnerability={OPENSSL}&package={LIBSSL.replace('?', '%3F').replace('&', '%26')}"
    )
    assert "Decide about 1 finding" in page.text
    given = {"target": f"{OPENSSL} {LIBSSL} ", "status": "not_affected", "justification": "", "reason": "", "days": ""}
    for wrong, words in (
        ({}, "needs a justification or a reason"),
        ({"days": "soon", "reason": "why"}, "a whole number"),
        ({"days": "0", "reason": "why"}, "a wrong value"),
        ({"target": "", "reason": "why"}, "Select at least one finding"),
        ({"target": OPENSSL, "reason": "why"}, "about a package, an image, or both"),
        ({"status": "odd", "reason": "why"}, "a wrong value"),
    ):
        answer = send(browser, page, f"{start}/triage/decided", **(given | wrong))
        assert answer.status_code in (400, 422) and words in answer.text.replace("Choose", ""), (wrong, answer.text[-3000:])
    assert rows(service) == []
    all_versions = send(browser, page, f"{start}/triage/decided", **(given | {"reason": "why", "scope": "package"}))
    assert all_versions.status_code == 303
    assert rows(service)[0].package == "pkg:deb/debian/libssl3"


def test_filters_pages_and_exports(service, browser):
    start = f"/projects/{service.id}/triage"
    assert DJANGO not in browser.get(f"{start}?severity=critical").text
    assert "Nothing passes these filters" in browser.get(f"{start}?overdue=true").text
    assert OPENSSL not in browser.get(f"{start}?q=package:django").text
    assert "careen query severity:critical" in browser.get(f"{start}?severity=critical").text
    items = json.loads(browser.get(f"{start}?export=json").text)["items"]
    assert [(item["vulnerability"], item["images"]) for item in items] == [(OPENSSL, 2), (DJANGO, 1)]
    assert browser.get(f"{start}?q=odd:odd").status_code == 422


def test_a_package_of_two_distributions_is_one_row(service, browser):
    other = Distribution("debian", "12", "bookworm", pretty_name="another build")
    add_image(service.fleet, [deb()], 3, service.id, distribution=other)
    items = json.loads(browser.get(f"/projects/{service.id}/triage?export=json").text)["items"]
    assert [(item["vulnerability"], item["images"]) for item in items] == [(OPENSSL, 3), (DJANGO, 1)]


def test_names_of_packages_and_vulnerabilities_stay_text(service, browser):
    with writing(service.fleet.engine) as connection:
        columns = {"vulnerability": "<script>alert(1)</script>", "package": 'pkg:npm/"onerror=alert(1)', "fixed_version": "<i>"}
        connection.execute(unit_finding.update().where(unit_finding.c.vulnerability == DJANGO).values(**columns))
    a_decision(service.fleet, project_id=service.id, package="pkg:npm/<u>", reason="<script>", origin="<img>")
    for address in ("triage", "decisions", 'triage/decide?vulnerability=<script>&package="onerror'):
        text = browser.get(f"/projects/{service.id}/{address}").text
        assert not [tag for tag in ("<script>", "<i>", "<u>", "<img>", '"onerror') if tag in text], address


def test_a_suggestion_of_the_base_is_accepted_for_one_image(service, browser):
    a_decision(service.fleet, project_id=service.id, identity="sha256:1", justification="inline_mitigations_already_exist")
    path = f"/projects/{service.id}/images/sha256:2/base-decisions"
    page = browser.get(path)
    assert "Accept" in page.text and "app:1" in page.text and "in the project first" in page.text
    number = rows(service)[0].id
    assert send(browser, page, path, decision=str(number), package="pkg:npm/other").status_code == 404
    assert send(browser, page, path, decision=str(number), package=LIBSSL).status_code == 303
    made = rows(service)[1]
    assert (made.identity, made.package, made.justification) == ("sha256:2", LIBSSL, "inline_mitigations_already_exist")
    assert made.origin == f"decision {number} of user:ada about app:1 in the project first"
    assert "No decision about the base" in browser.get(path).text


def test_what_somebody_has_signed_about_the_base_is_accepted_for_one_image(service, browser):
    row = {"image_id": 1, "vulnerability": OPENSSL, "status": "not_affected", "document": "registry:sha256:1", "stated_at": 5.0}
    with writing(service.fleet.engine) as connection:
        signed = signed_statement.insert().values(**row, justification="we <b>never</b> call it", signer="<i>vendor</i>")
        number = connection.execute(signed).inserted_primary_key[0]
    path = f"/projects/{service.id}/images/sha256:2/base-decisions"
    page = browser.get(path)
    assert "signed by &lt;i&gt;vendor&lt;/i&gt;" in page.text and "we &lt;b&gt;never&lt;/b&gt; call it" in page.text
    assert send(browser, page, path, decision=str(number), package=LIBSSL).status_code == 404
    assert send(browser, page, path, signed=str(number), package=LIBSSL).status_code == 303
    made = rows(service)[0]
    assert (made.identity, made.package, made.reason) == ("sha256:2", LIBSSL, "we <b>never</b> call it")
    assert made.origin == "statement about app:1, signed by <i>vendor</i>"
    assert "No decision about the base" in browser.get(path).text


def rows(service):
    with service.fleet.engine.connect() as connection:
        return connection.execute(select(decision).order_by(decision.c.id)).all()


def test_a_list_that_ended_early_says_that_there_may_be_more(service, browser, monkeypatch):
    monkeypatch.setattr(search, "QUICK_S", -1.0)
    for name, value in (("WALK_S", -1.0), ("LEAST", 1), ("FIRST_ROWS", 1), ("FIRST_PLACES", 1)):
        monkeypatch.setattr(walk, name, value)
    shown, pages, place = [], 0, f"/projects/{service.id}/triage?q=-package:nothing"
    while place:
        page = browser.get(place).text
        shown += re.findall(r'name="target" value="(\S+)', page)
        pages += 1
        following = re.search(r'rel="next" href="([^"]+)"', page)
        assert not following or "may be more" in page
        place = html.unescape(following[1]) if following else ""
    assert pages > len(shown) > 1 and {OPENSSL, DJANGO} <= set(shown)
