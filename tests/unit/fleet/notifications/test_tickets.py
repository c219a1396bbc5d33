"""Which tickets are wanted, and what is left to do; ``test_sending`` has them opened, changed and closed."""

import msgspec
from sqlalchemy import select, update
from tests.support.notified import NOW, has, states, subscribe

from careen.fleet.connection import writing
from careen.fleet.exposures import Container, Document, Node, store
from careen.fleet.notifications.channels.github import GitHubTarget
from careen.fleet.notifications.rules import Rule
from careen.fleet.notifications.tickets import AGAIN_S, EVERY_S, MOST, Ticket, note_remote, reconcile
from careen.fleet.tables import decision, delivery, image, ticket
from careen.safety.typed import from_json

TARGET = GitHubTarget("team/shop", "token")


def wanted(fleet, now=NOW):
    reconcile(fleet, now)
    with fleet.engine.connect() as connection:
        bodies = connection.execute(select(delivery.c.body).order_by(delivery.c.id)).scalars()
        return [from_json(bytes(body), Ticket) for body in bodies]


def done(fleet, body):
    with writing(fleet.engine) as connection:
        note_remote(connection, msgspec.json.encode(body), "12", NOW)


def test_a_rule_decides_which_are_wanted(fleet):
    subscribe(fleet, kind="github", target=TARGET, rule=Rule(severity="high", running=True))
    has(fleet, "CVE-2026-0001", "pkg:npm/low", severity="low", runs_at=NOW)
    has(fleet, "CVE-2026-0002", "pkg:npm/idle")
    has(fleet, "CVE-2026-0003", "pkg:npm/runs", runs_at=NOW)
    has(fleet, "CVE-2026-0004", "pkg:npm/decided", runs_at=NOW)
    row = {"project_id": 1, "vulnerability": "CVE-2026-0004", "package": "", "decided_by": "ada", "decided_at": 1.0}
    with writing(fleet.engine) as connection:
        connection.execute(decision.insert().values(row | {"status": "not_affected"}))
    assert [(each.action, each.title) for each in wanted(fleet)] == [
        ("open", "Update pkg:npm/runs: fixes 1 vulnerability, high")
    ]


def test_tickets_of_what_a_path_from_the_internet_leads_to(fleet):
    subscribe(fleet, kind="github", target=TARGET, rule=Rule(exposed=True))
    has(fleet, "CVE-2026-0001", "pkg:npm/inside")
    has(fleet, "CVE-2026-0002", "pkg:npm/outside")
    node = Node("a", "container", "a", 0.4, Container("registry.test/app:1"))
    with writing(fleet.engine) as connection:
        store(connection, 1, "prod", Document("careen.exposure/1", (node,), ()), "key:ci", NOW)
    assert [each.title for each in wanted(fleet)] == ["Update pkg:npm/outside: fixes 1 vulnerability, high"]


def test_one_message_of_a_ticket_waits_at_a_time(fleet):
    subscribe(fleet, kind="github", target=TARGET)
    has(fleet)
    (first,) = wanted(fleet)
    has(fleet, "CVE-2026-0002")
    assert len(wanted(fleet, NOW + EVERY_S)) == 1  # it is not open yet
    done(fleet, first)
    assert [each.action for each in wanted(fleet, NOW + 2 * EVERY_S)] == ["open", "update"]
    assert wanted(fleet, NOW + 2 * EVERY_S)[1].remote == "12"


def test_a_message_that_was_given_up_is_tried_once_a_day_while_its_ticket_waits(fleet):
    subscribe(fleet, kind="github", target=TARGET)
    has(fleet)
    (first,) = wanted(fleet)

    def give_up(at):
        with writing(fleet.engine) as connection:
            connection.execute(update(delivery).values(state="dead", next_at=at))

    give_up(NOW)
    assert len(wanted(fleet, NOW + EVERY_S)) == 1 and states(fleet, delivery) == ["dead"]
    assert len(wanted(fleet, NOW + AGAIN_S)) == 1 and states(fleet, delivery) == ["waiting"], "the same message"
    done(fleet, first)
    give_up(NOW + AGAIN_S)
    wanted(fleet, NOW + 3 * AGAIN_S)
    assert states(fleet, delivery) == ["dead"], "its ticket is open: nobody waits for it"


def test_other_images_are_no_reason_to_change_a_ticket(fleet):
    subscribe(fleet, kind="github", target=TARGET)
    has(fleet)
    done(fleet, wanted(fleet)[0])
    with writing(fleet.engine) as connection:
        connection.execute(update(image).values(reference="renamed"))
    assert len(wanted(fleet, NOW + EVERY_S)) == 1


def test_a_tracker_gets_no_more_than_it_can_bear(fleet):
    subscribe(fleet, kind="github", target=TARGET)
    for number in range(MOST + 5):
        has(fleet, f"CVE-2026-{number:04}", f"pkg:npm/p{number}", severity="critical" if number > MOST else "high")
    made = wanted(fleet)
    assert len(made) == MOST and "critical" in made[0].title and states(fleet, ticket) == ["opening"] * MOST
    assert len(wanted(fleet, NOW + EVERY_S)) == MOST
