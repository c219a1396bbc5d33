"""Subscriptions and their messages, by the API."""

import pytest
from sqlalchemy import select
from tests.support.notified import NOW, Receiver, net
from tests.support.service import body_of

from careen.fleet.connection import writing
from careen.fleet.notifications import gathering, sending
from careen.fleet.notifications.sample import sample
from careen.fleet.tables import audit, delivery, subscription

SLACK = {"kind": "slack", "target": {"url": "https://hooks.slack.test/T0/secret-path"}}
MAIL = {"host": "mail.test", "sender": "careen@a.test", "to": ["team@b.test"], "username": "u", "password": "secret-word"}


@pytest.fixture
def client(service):
    return service.client(service.key)


def test_a_target_is_sealed_and_never_shown(service, client):
    url = f"{service.path}/subscriptions"
    made = client.post(url, json={**SLACK, "name": "on call", "events": ["disclosed"], "severity": "high"})
    assert made.status_code == 201 and "secret" not in made.text.replace('"secret":null', "")
    assert (body_of(made)["place"], body_of(made)["events"], body_of(made)["severity"]) == (
        "hooks.slack.test",
        ["disclosed"],
        "high",
    )
    with service.fleet.engine.connect() as connection:
        kept = connection.execute(select(subscription.c.target)).scalar_one()
        logged = connection.execute(select(audit.c.action, audit.c.subject, audit.c.detail)).all()
    assert b"secret-path" in service.fleet.unseal(kept) and b"secret" not in kept
    assert ("create_subscription", "on call", "slack") in [tuple(row) for row in logged]
    assert "secret-path" not in str(logged) + client.get(url).text + client.get(f"{url}/1").text
    assert client.delete(f"{url}/1").status_code == 204 and client.delete(f"{url}/1").status_code == 404


def test_a_webhook_gets_a_secret_that_is_shown_once(service, client):
    url = f"{service.path}/subscriptions"
    made = body_of(client.post(url, json={"kind": "webhook", "target": {"url": "https://receiver.test/"}}))
    assert made["secret"].startswith("whsec_") and body_of(client.get(f"{url}/1"))["secret"] is None
    given = {"kind": "webhook", "target": {"url": "https://receiver.test/", "secret": made["secret"]}}
    assert body_of(client.post(url, json=given))["secret"] is None


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x", "http://localhost/x", "https://169.254.169.254/latest", "https://[::1]/", "http://10.0.0.1/",
     "https://[::ffff:10.0.0.1]/", "http://2130706433/"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["slack", "webhook", "teams", "cloudevents", "quay"])
def test_addresses_of_private_networks_are_refused(service, client, kind, address):
    found = client.post(f"{service.path}/subscriptions", json={"kind": kind, "target": {"url": address}})
    assert (found.status_code in (422, 503) and "private" in found.text) or "listed" in found.text or "list" in found.text
    with service.fleet.engine.connect() as connection:
        assert connection.execute(select(subscription.c.id)).first() is None


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("smtp", MAIL | {"host": "127.0.0.1"}),
        ("github", {"repository": "a/b", "token": "t", "url": "http://127.0.0.1/"}),
        ("jira", {"project": "OPS", "token": "t", "url": "http://127.0.0.1/"}),
    ],
)
def test_so_are_those_of_mail_servers_and_trackers(service, client, kind, target):
    assert client.post(f"{service.path}/subscriptions", json={"kind": kind, "target": target}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("slack", {}),
        ("slack", {"url": "ftp://x.test/"}),
        ("slack", {"url": "https://user:pass@x.test/"}),
        ("slack", {"url": "https://x.test/", "secret": "x"}),
        ("webhook", {"url": "https://x.test/", "secret": "short"}),
        ("quay", {"url": "https://x.test/", "psk": "short"}),
        ("smtp", MAIL | {"to": ["a@b.test\\nBcc: c@d.test"]}),
        ("smtp", MAIL | {"sender": "not-an-address"}),
        ("github", {"repository": "../x", "token": "t"}),
        ("jira", {"url": "https://x.test/", "project": 'OPS" OR 1=1', "token": "t"}),
    ],
)
def test_targets_that_have_not_their_form(service, client, kind, target):
    found = client.post(f"{service.path}/subscriptions", json={"kind": kind, "target": target})
    assert found.status_code in (400, 422), found.text
    assert "secret-word" not in found.text and ":pass@" not in found.text


def test_a_zone_that_nobody_knows(service, client):
    body = {**SLACK, "digest": {"every": "daily", "zone": "Europe/Atlantis"}}
    assert client.post(f"{service.path}/subscriptions", json=body).status_code == 422


def test_a_change_keeps_the_keys_but_not_for_another_host(service, client):
    url = f"{service.path}/subscriptions"
    client.post(url, json={"kind": "smtp", "target": MAIL})
    without = {name: value for name, value in MAIL.items() if name != "password"}
    assert (
        body_of(client.put(f"{url}/1", json={"kind": "smtp", "target": without, "name": "new", "paused": True}))["name"]
        == "new"
    )
    assert b"secret-word" in _target(service)
    client.put(f"{url}/1", json={"kind": "smtp", "target": {**without, "host": "evil.test"}})
    assert b"secret-word" not in _target(service)
    assert client.put(f"{url}/1", json=SLACK).status_code == 422
    assert client.put(f"{url}/9", json=SLACK).status_code == 404


def _target(service) -> bytes:
    with service.fleet.engine.connect() as connection:
        return service.fleet.unseal(connection.execute(select(subscription.c.target)).scalar_one())


def test_a_test_message(service, client, monkeypatch):
    url = f"{service.path}/subscriptions"
    client.post(url, json=SLACK)
    receiver = Receiver()
    monkeypatch.setattr(sending, "network", lambda fleet: net(receiver))
    assert body_of(client.post(f"{url}/1/test")) == {"works": True, "trouble": ""}
    assert receiver.sent[0][1].endswith("secret-path") and b"A test of careen" in receiver.sent[0][3]
    monkeypatch.setattr(sending, "network", lambda fleet: net(Receiver(lambda sent: 404)))
    assert body_of(client.post(f"{url}/1/test")) == {"works": False, "trouble": "the receiver answers 404"}
    assert client.post(f"{url}/2/test").status_code == 404


@pytest.mark.parametrize("channel", ["webhook", "cloudevents", "slack", "teams", "smtp", "quay", "jira", "github"])
def test_previews(service, client, channel):
    found = client.get(f"{service.path}/notification-previews/{channel}")
    assert found.status_code == 200 and body_of(found)["text"]
    assert channel == "quay" or "CVE-2021-44228" in body_of(found)["text"]


def test_messages_and_sending_again(service, client):
    client.post(f"{service.path}/subscriptions", json=SLACK)
    with writing(service.fleet.engine) as connection:
        for _ in range(3):
            gathering.add_delivery(connection, 1, "message", sample(1, "first", "", NOW), 1, NOW)
        connection.execute(delivery.update().where(delivery.c.id == 2).values(state="dead", code="status_410", tries=1))
    url = f"{service.path}/deliveries"
    assert [entry["id"] for entry in body_of(client.get(url, params={"limit": 2}))["items"]] == [3, 2]
    (dead,) = body_of(client.get(url, params={"state": "dead"}))["items"]
    assert (dead["id"], dead["code"], dead["channel"]) == (2, "status_410", "slack")
    assert body_of(client.get(url, params={"subscription": 9}))["items"] == []
    assert body_of(client.get(f"{service.path}/subscriptions/1"))["dead"] == 1
    assert body_of(client.post(f"{url}/2/retry"))["state"] == "waiting"
    other = service.client(service.add_key(project_id=service.add_project("other")))
    assert other.post("/api/v1/projects/2/deliveries/2/retry").status_code == 404


def test_metrics_name_no_receiver(service, client):
    client.post(f"{service.path}/subscriptions", json=SLACK)
    with writing(service.fleet.engine) as connection:
        gathering.add_delivery(connection, 1, "message", sample(1, "first", "", NOW), 1, NOW)
    found = service.client().get("/metrics").text
    assert 'careen_notifications_messages{channel="slack",state="waiting"} 1.0' in found
    assert 'careen_notifications_oldest_wait_seconds{channel="slack"}' in found and "hooks" not in found
