"""Messages on their way: nothing is lost, nothing is sent twice without a mark, and what fails waits longer each time."""

import pytest
from sqlalchemy import select, update
from tests.support.notified import NOW, happen, has, states, subscribe

from careen.fleet.connection import writing
from careen.fleet.notifications import gathering
from careen.fleet.notifications.deliveries import (
    AT_ONCE,
    FIRST_S,
    LEASE_S,
    LONGEST_S,
    PATIENT,
    ROUND,
    TRIES,
    Outcome,
    claim,
    counts,
    find,
    listed,
    pause_s,
    retry,
    settle,
)
from careen.fleet.notifications.sample import sample
from careen.fleet.tables import delivery, subscription

BROKEN = Outcome("unreachable", "no such host")


def add(fleet, count=1, subscription_id=1):
    with writing(fleet.engine) as connection:
        for _ in range(count):
            gathering.add_delivery(connection, subscription_id, "message", sample(1, "shop", "", NOW), 1, NOW)


def row(fleet, number=1):
    with fleet.engine.connect() as connection:
        return connection.execute(select(delivery).where(delivery.c.id == number)).one()


@pytest.fixture
def ready(fleet):
    subscribe(fleet)
    add(fleet)
    return fleet


def test_a_message_is_claimed_once_and_sent(ready):
    (mine,) = claim(ready, "one", NOW)
    assert (mine.attempt, mine.channel, mine.project_id) == (1, "webhook", 1)
    assert claim(ready, "two", NOW + LEASE_S) == []
    assert settle(ready, mine, Outcome(), NOW + 1)
    assert states(ready) == ["sent"] and claim(ready, "two", NOW + 10 * LEASE_S) == []
    with ready.engine.connect() as connection:
        assert connection.execute(select(subscription.c.sent_at)).scalar() == NOW + 1


def test_the_message_of_a_worker_that_died_is_sent_again_and_marked(ready):
    (first,) = claim(ready, "one", NOW)
    (second,) = claim(ready, "two", NOW + LEASE_S + 1)
    assert (second.key, second.body) == (first.key, first.body) and (first.attempt, second.attempt) == (1, 2)
    assert not settle(ready, first, Outcome(), NOW + LEASE_S + 2)  # it was only slow, and is too late
    assert states(ready) == ["claimed"]
    assert settle(ready, second, Outcome(), NOW + LEASE_S + 3) and states(ready) == ["sent"]


def test_what_fails_waits_longer_each_time_and_is_given_up_with_its_reason(ready):
    now = NOW
    pauses = []
    for attempt in range(1, TRIES + 1):
        (mine,) = claim(ready, "one", now)
        assert mine.attempt == attempt
        settle(ready, mine, BROKEN, now, jitter=lambda: 0.5)
        pauses.append(row(ready).next_at - now)
        with writing(ready.engine) as connection:
            connection.execute(update(subscription).values(hold_until=0.0))
        now = row(ready).next_at
    assert pauses[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S] and max(pauses) == LONGEST_S
    found = row(ready)
    assert (found.state, found.code, found.trouble) == ("dead", "unreachable", "no such host")
    assert claim(ready, "one", now + 10 * LONGEST_S) == []
    assert 12 * 3600 < sum(pauses) < 36 * 3600


def test_what_will_never_be_taken_is_given_up_at_once(ready):
    (mine,) = claim(ready, "one", NOW)
    settle(ready, mine, Outcome("status_410", "it is gone\n\x1b[31m", lasting=True), NOW)
    assert (row(ready).state, row(ready).trouble) == ("dead", "it is gone\\n\\x1b[31m")
    with ready.engine.connect() as connection:
        assert connection.execute(select(subscription.c.failures)).scalar() == 0  # of the message, not of the receiver


def test_a_message_that_ends_its_worker_each_time_is_given_up(ready):
    now = NOW
    for _ in range(TRIES):
        assert len(claim(ready, "one", now)) == 1
        now += LEASE_S + 1
    assert claim(ready, "one", now) == []
    assert (row(ready).state, row(ready).code) == ("dead", "worker_ended")


def test_send_again(ready):
    (mine,) = claim(ready, "one", NOW)
    settle(ready, mine, Outcome("status_410", "gone", lasting=True), NOW)
    with writing(ready.engine) as connection:
        assert retry(connection, 2, 1, NOW) is None and retry(connection, 1, 99, NOW) is None
        assert retry(connection, 1, 1, NOW).state == "waiting"
    (again,) = claim(ready, "one", NOW)
    assert (again.key, again.attempt) == (mine.key, 2)
    with writing(ready.engine) as connection:
        assert retry(connection, 1, 1, NOW).state == "claimed"  # it is being sent


def test_a_receiver_that_fails_is_left_alone_and_others_are_not(fleet):
    subscribe(fleet, 1)
    subscribe(fleet, 2)
    add(fleet, AT_ONCE, 1)
    add(fleet, 1, 2)
    mine = claim(fleet, "one", NOW)
    assert len(mine) == AT_ONCE + 1
    for each in mine:
        settle(fleet, each, BROKEN if each.subscription_id == 1 else Outcome(), NOW, jitter=lambda: 0.5)
    assert states(fleet) == ["waiting"] * AT_ONCE + ["sent"]
    with fleet.engine.connect() as connection:
        failing, other = connection.execute(select(subscription).order_by(subscription.c.id)).all()
    assert failing.failures == AT_ONCE >= PATIENT and failing.hold_until > NOW + 2 * FIRST_S and other.hold_until == 0
    assert claim(fleet, "one", failing.hold_until - 1) == []
    (probe,) = claim(fleet, "one", failing.hold_until)  # one message finds out
    settle(fleet, probe, Outcome(), failing.hold_until)
    assert len(claim(fleet, "one", failing.hold_until)) == AT_ONCE - 1


def test_a_round_is_bounded(fleet):
    for number in range(1, 6):
        subscribe(fleet, number)
        add(fleet, 2 * AT_ONCE, number)
    assert ROUND <= len(claim(fleet, "one", NOW)) < ROUND + AT_ONCE


def test_a_paused_subscription_sends_nothing(ready):
    with writing(ready.engine) as connection:
        connection.execute(update(subscription).values(paused=True))
    assert claim(ready, "one", NOW) == []


def test_lists_and_counts(fleet):
    subscribe(fleet)
    has(fleet)
    happen(fleet)
    gathering.gather(fleet, NOW)
    with fleet.engine.connect() as connection:
        assert [(found.channel, found.subscription) for found in connection.execute(listed(1))] == [("webhook", "s1")]
        assert connection.execute(listed(2)).all() == [] and find(connection, 2, 1) is None
        assert [(*found[:3], found.oldest) for found in counts(connection)] == [("webhook", "waiting", 1, NOW)]


def test_pauses():
    assert pause_s(1, 0.0) == FIRST_S / 2 and pause_s(1, 1.0) == 1.5 * FIRST_S
    assert pause_s(10_000, 0.5) == LONGEST_S
