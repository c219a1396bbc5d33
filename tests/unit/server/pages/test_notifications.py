"""Notifications on the pages: made, changed, tried out and removed; messages that were given up are sent again."""

import re

import pytest
from sqlalchemy import select
from tests.support.hostile import NAMES
from tests.support.notified import NOW, Receiver, net

from careen.fleet.connection import writing
from careen.fleet.notifications import gathering, sending
from careen.fleet.notifications.sample import sample
from careen.fleet.notifications.targets import TARGETS
from careen.fleet.tables import delivery, subscription
from careen.server.pages.notifications import CHANNELS, FIELDS, SECRETS

ADDRESS = "https://hooks.slack.test/T0/secret-path"


@pytest.fixture
def browser(service):
    return service.browser(service.admin)


@pytest.fixture
def start(service):
    return f"/projects/{service.id}/notifications"


def send(browser, page, address, **form):
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    return browser.post(address, data={"csrf": token, **form})


def test_the_channels_of_the_page_are_those_of_the_fleet():
    assert set(CHANNELS) == set(FIELDS) == set(TARGETS)
    for kind, fields in FIELDS.items():
        assert {name for name, *_ in fields} <= set(TARGETS[kind].__struct_fields__)
    assert {"secret", "password", "token", "psk"} == SECRETS


def test_add_change_try_out_and_remove(service, browser, start, monkeypatch):
    empty = browser.get(start)
    assert "Nobody is notified yet" in empty.text and f'href="{start}/new"' in empty.text
    assert f'href="{start}/new?kind=slack"' in browser.get(f"{start}/new").text
    form = browser.get(f"{start}/new?kind=slack")
    assert "A test of careen" in form.text  # the preview
    given = {"kind": "slack", "name": "on call", "url": ADDRESS, "event-disclosed": "on", "severity": "high", "running": "on"}
    made = send(browser, form, f"{start}/new", **given, digest="weekly", at="07:30", weekday="4", zone="Europe/Vienna")
    assert made.headers["location"] == f"{start}/1?notice=saved"
    page = browser.get(f"{start}/1")
    assert "secret-path" not in page.text and "hooks.slack.test" in page.text
    for part in ('value="07:30"', 'value="Europe/Vienna"', 'name="event-disclosed" checked', 'name="running" checked'):
        assert part in page.text
    assert 'name="event-exploited" checked' not in page.text
    changed = send(browser, page, f"{start}/1", kind="slack", name="nights", **{"event-exploited": "on"}, paused="on")
    assert changed.status_code == 303
    with service.fleet.engine.connect() as connection:
        row = connection.execute(select(subscription)).one()
    assert (row.name, row.paused, row.digest_at) == ("nights", True, None)
    assert b"secret-path" in service.fleet.unseal(row.target)  # its fields were empty
    receiver = Receiver()
    monkeypatch.setattr(sending, "network", lambda fleet: net(receiver))
    assert "The test has arrived" in send(browser, page, f"{start}/1/test").text and len(receiver.sent) == 1
    monkeypatch.setattr(sending, "network", lambda fleet: net(Receiver(lambda sent: 500)))
    assert "The test did not arrive: the receiver answers 500" in send(browser, page, f"{start}/1/test").text
    assert "nights" in browser.get(start).text
    assert send(browser, page, f"{start}/1/remove").headers["location"] == f"{start}?notice=removed"
    assert browser.get(f"{start}/1").status_code == 404


def test_a_secret_is_shown_once_and_in_no_address(browser, start):
    form = browser.get(f"{start}/new?kind=webhook")
    made = send(browser, form, f"{start}/new", kind="webhook", url="https://receiver.test/")
    assert made.status_code == 200 and "whsec_" in made.text
    assert "whsec_" not in browser.get(f"{start}/1").text.replace("whsec_…", "")


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("slack", {"url": "http://127.0.0.1/x"}),
        ("slack", {"url": "no address"}),
        ("smtp", {"host": "mail.test", "sender": "x", "to": "y", "password": "secret-word"}),
        ("pigeon", {"url": "https://x.test/"}),
    ],
)
def test_what_cannot_be_added_is_stated_in_the_form(browser, start, kind, form):
    found = send(browser, browser.get(f"{start}/new?kind=slack"), f"{start}/new", kind=kind, **form)
    assert found.status_code in (400, 422) and 'role="alert"' in found.text and "secret-word" not in found.text


@pytest.mark.parametrize("name", NAMES)
def test_names_are_text(service, browser, start, name):
    form = browser.get(f"{start}/new?kind=slack")
    send(browser, form, f"{start}/new", kind="slack", name="x", url=ADDRESS)
    with writing(service.fleet.engine) as connection:
        connection.execute(subscription.update().values(name=name))
        message = sample(1, name, "", NOW)
        gathering.add_delivery(connection, 1, "message", message, 1, NOW)
        connection.execute(delivery.update().values(title=name, trouble=name, code="x"))
    for path in (start, f"{start}/1", f"{start}/messages"):
        text = browser.get(path).text
        assert "<script>alert" not in text and "<img" not in text and "\x1b" not in text and "\u202e" not in text
        assert "<at>" not in text and "<!channel>" not in text


def test_messages_that_were_given_up_are_sent_again(service, browser, start):
    form = browser.get(f"{start}/new?kind=slack")
    send(browser, form, f"{start}/new", kind="slack", name="on call", url=ADDRESS)
    assert "No message yet" in browser.get(f"{start}/messages").text
    with writing(service.fleet.engine) as connection:
        gathering.add_delivery(connection, 1, "message", sample(1, "shop", "", NOW), 1, NOW)
        connection.execute(
            delivery.update().values(state="dead", code="status_410", trouble="the receiver answers 410", tries=1)
        )
    page = browser.get(f"{start}/messages?state=dead")
    assert "the receiver answers 410" in page.text
    assert (
        send(browser, page, f"{start}/messages/1/retry").headers["location"] == f"{start}/messages?state=waiting&notice=again"
    )
    assert "No message passes" in browser.get(f"{start}/messages?state=dead").text
    assert browser.get(f"{start}/messages?export=csv").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("role", ["reader", "triager", "scanner"])
def test_only_administrators_see_them(service, start, role):
    browser = service.browser(service.add_user("rita", role=role))
    for path in ("", "/new", "/messages", "/1"):
        assert browser.get(f"{start}{path}").status_code == 403
    assert ">Notifications<" not in browser.get(f"/projects/{service.id}").text
