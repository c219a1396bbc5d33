"""Rounds of a sender: what each receiver does to a message, and a small version of the soak."""

import threading

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.support.notified import NOW, SECRET, URL, Answer, Receiver, a_fleet, a_project, happen, has, net, states, subscribe
from tests.support.servers import Answer as ServerAnswer
from tests.support.servers import Server
from tests.support.soak import simulate
from tests.support.waiting import until

from careen.errors import NetworkError
from careen.fleet.connection import writing
from careen.fleet.notifications import sending
from careen.fleet.notifications.channels.email import MailTarget
from careen.fleet.notifications.channels.github import GitHubTarget
from careen.fleet.notifications.channels.webhook import WebhookTarget
from careen.fleet.tables import delivery, subscription, ticket


def test_a_message_is_made_and_sent(fleet):
    subscribe(fleet)
    has(fleet)
    happen(fleet)
    receiver = Receiver()
    assert sending.step(fleet, "one", NOW, net(receiver)) == 1
    assert sending.step(fleet, "one", NOW, net(receiver)) == 0
    ((method, url, headers, _),) = receiver.sent
    assert (method, url, headers["careen-attempt"]) == ("POST", URL, "1") and states(fleet) == ["sent"]


def test_a_receiver_that_fails_gets_it_again_with_a_mark(fleet):
    subscribe(fleet)
    has(fleet)
    happen(fleet)
    answers = [503, NetworkError("reset"), 200]

    def respond(sent):
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    receiver = Receiver(respond)
    now = NOW
    while "sent" not in states(fleet):
        sending.step(fleet, "one", now, net(receiver))
        now += 60
    first, *others = receiver.bodies()
    assert (first["attempt"], [body["attempt"] for body in others]) == (1, [2, 3])
    assert {body["id"] for body in others} == {first["id"]}


@pytest.mark.parametrize("trouble", [ValueError("a bug"), MemoryError()])
def test_what_a_receiver_provokes_does_not_end_the_sender(fleet, trouble):
    subscribe(fleet)
    has(fleet)
    happen(fleet)

    def respond(sent):
        raise trouble

    assert sending.step(fleet, "one", NOW, net(Receiver(respond))) == 1
    with fleet.engine.connect() as connection:
        row = connection.execute(select(delivery)).one()
    assert (row.state, row.code, row.trouble) == ("waiting", "error", type(trouble).__name__)


def test_a_target_that_cannot_be_opened_is_the_reason(fleet):
    subscribe(fleet)
    has(fleet)
    happen(fleet)
    with writing(fleet.engine) as connection:
        connection.execute(subscription.update().values(target=fleet.seal(b"{}")))
    sending.step(fleet, "one", NOW, net(Receiver()))
    with fleet.engine.connect() as connection:
        assert connection.execute(select(delivery.c.code, delivery.c.state)).one() == ("target", "waiting")


def test_mail_and_its_failure(fleet):
    subscribe(fleet, kind="smtp", target=MailTarget("mail.test", "careen@a.test", ("b@c.test",)))
    has(fleet)
    happen(fleet)
    mails = []
    assert sending.step(fleet, "one", NOW, net(Receiver(), mails)) == 1
    assert len(mails) == 1 and b"Subject: CVE-2026-0001" in mails[0] and states(fleet) == ["sent"]


def test_one_ticket_for_a_fix_until_it_is_gone(fleet):
    a_project(fleet, 2, "other")
    subscribe(fleet, kind="github", target=GitHubTarget("team/shop", "token"), checked_at=0.0)
    has(fleet, "CVE-2026-0001", images=3)
    has(fleet, "CVE-2026-0002", severity="critical")
    has(fleet, "CVE-2026-0003", fixed="")
    has(fleet, "CVE-2026-0004", "pkg:npm/other", project_id=2)
    receiver = Receiver(lambda sent: Answer(201, sent[1], b'{"number": 12}'))
    assert sending.step(fleet, "one", NOW, net(receiver)) == 1
    assert [method for method, *_ in receiver.sent] == ["POST"]
    body = receiver.bodies()[0]
    assert body["title"] == "Update pkg:deb/debian/openssl: fixes 2 vulnerabilities, critical"
    assert "CVE-2026-0002: critical, fixed in 3.0.14" in body["body"] and "CVE-2026-0003" not in body["body"]
    for later in (1, 2):  # nothing changed
        assert sending.step(fleet, "one", NOW + later * 3600, net(receiver)) == 0
    has(fleet, "CVE-2026-0005")
    assert sending.step(fleet, "one", NOW + 3 * 3600, net(receiver)) == 1
    assert receiver.sent[-1][0] == "PATCH" and "fixes 3 vulnerabilities" in receiver.bodies()[-1]["title"]
    with writing(fleet.engine) as connection:
        from careen.fleet.tables import unit_finding

        connection.execute(unit_finding.delete())
    assert sending.step(fleet, "one", NOW + 4 * 3600, net(receiver)) == 1
    assert receiver.bodies()[-1]["state"] == "closed"
    with fleet.engine.connect() as connection:
        row = connection.execute(select(ticket)).one()
    assert (row.state, row.remote, row.closed_at) == ("closed", "12", NOW + 4 * 3600)
    assert states(fleet) == ["sent"] * 3


def test_addresses_of_this_server_only_leave_as_its_settings_allow(fleet):
    found = sending.net_of(fleet)
    assert found.only is not None and found.attempts == 1 and found.client_cert is None
    listed = replace(fleet, settings=replace(fleet.settings, private_hosts=("10.0.0.0/8",)))
    assert "10.0.0.0/8" in sending.net_of(listed).only
    with pytest.raises(NetworkError):
        sending.network(fleet).fetcher.request("http://127.0.0.1:1/", method="POST", body=b"")
    with pytest.raises(NetworkError):
        sending.network(fleet).mail(MailTarget("127.0.0.1", "a@b.test", ("c@d.test",)).server, "a@b.test", ("c@d.test",), b"")


def test_a_worker_sends_until_it_is_stopped(address, tmp_path):
    made = a_fleet(address, tmp_path, private_hosts=["127.0.0.1"])
    a_project(made)
    ended = threading.Event()
    with Server(lambda request: ServerAnswer(204)) as receiver:
        subscribe(made, target=WebhookTarget(f"{receiver.url}/hook", SECRET))
        has(made)
        happen(made)
        thread = threading.Thread(target=sending.work, args=(made, "one", ended), daemon=True)
        thread.start()
        assert until(lambda: states(made) == ["sent"])
        ended.set()
        thread.join(60)
    (request,) = receiver.requests
    assert (request.method, request.path, request.headers["careen-attempt"]) == ("POST", "/hook", "1")
    assert not thread.is_alive()
    made.engine.dispose()


def test_a_receiver_that_fails_and_senders_that_die_lose_nothing(address, tmp_path, monkeypatch):
    found = simulate(address, tmp_path, hours=1, updates=2, killed=0.1, monkeypatch=monkeypatch)
    assert (found.lost, found.unmarked, found.wrong_signatures, found.reported_twice) == (0, 0, 0, 0), found
    assert found.states == {"sent": found.messages} and found.updates == 2
    assert found.in_digests == found.expected == 20 == found.events
    assert found.repeats and found.kills and found.tries > found.messages >= 40
