"""Which messages are made of the events that wait."""

import pytest
from sqlalchemy import delete, func, insert, select, update
from tests.support.notified import NOW, a_project, gathered, happen, has, messages, states, subscribe

from careen.fleet.bulk import bulk
from careen.fleet.connection import writing
from careen.fleet.deadlines import Deadlines
from careen.fleet.exposures import Container, Document, Node, store
from careen.fleet.notifications import facts, gathering
from careen.fleet.notifications.gathering import FEW, MOST, QUIET_S
from careen.fleet.notifications.links import publish
from careen.fleet.notifications.rules import Digest, Rule
from careen.fleet.projects import ProjectSettings, with_settings
from careen.fleet.purge import Retention, purge
from careen.fleet.tables import decision, image, outbox, project, project_image, rematch_change, subscription

OPENSSL, ZLIB = "pkg:deb/debian/openssl", "pkg:deb/debian/zlib"


def still_reading(connection):
    for number in range(FEW + 1):
        row = {"identity": f"r{number}", "reference": "x", "state": "reading", "enrolled_at": 0.0}
        id = connection.execute(insert(image).values(row).returning(image.c.id)).scalar_one()
        connection.execute(project_image.insert().values(project_id=1, image_id=id, seen_at=0.0))


def test_one_message_for_a_vulnerability_with_its_images_and_its_fix(fleet):
    publish(fleet.engine, "https://careen.test/")
    has(fleet, images=5)
    has(fleet, package=ZLIB, fixed="", runs_at=NOW)
    subscribe(fleet)
    for kind in ("disclosed", "exploited"):
        happen(fleet, kind)
    happen(fleet, "disclosed", package=ZLIB)
    (message,) = gathered(fleet)
    assert message.title == "CVE-2026-0001 is exploited: 6 images in shop"
    assert message.changes == ("exploited", "disclosed") and message.severity == "high"
    assert message.link == "https://careen.test/projects/1/vulnerabilities/CVE-2026-0001"
    assert (message.images.count, message.images.running, len(message.images.first)) == (6, 1, 3)
    assert message.images.first[0].text == "registry.test/app:5"  # it runs
    assert message.images.first[0].link == "https://careen.test/projects/1/images/sha256:5"
    assert [(fix.package, fix.version, fix.state) for fix in message.vulnerability.fixes] == [
        (OPENSSL, "3.0.14", "fixed"), (ZLIB, "", "open"),
    ]  # fmt: skip
    clocks = message.vulnerability.clocks
    assert (clocks.introduced, clocks.disclosed, clocks.fix_available, clocks.exploited) == (
        "2026-05-27", "2026-05-01", "2026-05-28", "2026-05-28",
    )  # fmt: skip
    assert states(fleet, outbox) == ["gathered"] * 3 and states(fleet) == ["waiting"]
    assert len(gathered(fleet)) == 1


def test_another_project_has_its_own_count(fleet):
    a_project(fleet, 2, "other")
    has(fleet, images=2)
    has(fleet, images=3, project_id=2)
    subscribe(fleet, 1, 1)
    subscribe(fleet, 2, 2)
    happen(fleet)
    happen(fleet, project_id=2)
    assert [message.images.count for message in gathered(fleet)] == [2]
    assert [(message.project, message.images.count) for message in messages(fleet, 2)] == [("other", 3)]


def test_what_is_gone_before_its_message_is_made_still_counts(fleet):
    subscribe(fleet)
    happen(fleet, images=4)
    (message,) = gathered(fleet)
    assert (message.title, message.images.count) == ("CVE-2026-0001 is newly disclosed: 4 images in shop", 4)


@pytest.mark.parametrize("count", [1, facts.PACKAGES + 1])
def test_only_the_packages_of_the_events_count(fleet, count):
    subscribe(fleet)
    has(fleet, images=2)
    has(fleet, package=f"{OPENSSL}-tool", images=3)
    for number in range(count):
        happen(fleet, package=OPENSSL if not number else f"pkg:npm/p{number}")
    (message,) = gathered(fleet)
    assert message.images.count == 2 and [fix.package for fix in message.vulnerability.fixes] == [OPENSSL]


def test_many_are_one_message(fleet):
    subscribe(fleet)
    for number in range(MOST + 1):
        has(fleet, f"CVE-2026-{number:04}", severity="low")
        happen(fleet, id=f"CVE-2026-{number:04}", severity="critical" if number == 5 else "low", images=number)
    (message,) = gathered(fleet)
    assert (message.kind, message.title) == ("summary", "shop: 11 newly disclosed")
    assert message.lines[0].text == f"CVE-2026-0005 is newly disclosed, critical: {OPENSSL}, 5 images"
    assert (len(message.lines), message.more, message.severity) == (10, 1, "critical")


def test_ten_thousand_findings_of_a_first_load_are_one_message(fleet):
    subscribe(fleet)
    with writing(fleet.engine) as connection:
        rows = [
            {"identity": f"r{number}", "reference": "x", "state": "reading", "enrolled_at": 0.0} for number in range(FEW + 1)
        ]
        for row in rows:
            number = connection.execute(insert(image).values(row).returning(image.c.id)).scalar_one()
            connection.execute(project_image.insert().values(project_id=1, image_id=number, seen_at=0.0))
    for number in range(500):
        detail = {"count": 20, "reference": f"app:{number}", "identity": f"sha256:{number}", "worst": [["CVE-2026-1", OPENSSL]]}
        happen(fleet, "introduced", "", "", image_id=number, detail=detail)
    assert gathered(fleet) == []
    with writing(fleet.engine) as connection:
        connection.execute(update(image).where(image.c.state == "reading").values(state="ready"))
    (message,) = gathered(fleet)
    assert message.title == "shop: 500 images with new vulnerabilities"
    assert message.lines[0].text == "app:0: 20, first of all CVE-2026-1"


@pytest.mark.parametrize("kind", ["introduced", "disclosed"])
def test_what_is_held_back_comes_in_the_end(fleet, kind):
    subscribe(fleet)
    has(fleet)
    with writing(fleet.engine) as connection:
        row = {"kind": "disclosed", "vulnerability": "CVE-2026-0009", "package": OPENSSL, "unit_id": 1}
        connection.execute(rematch_change.insert().values(row))
        still_reading(connection)
    detail = {"count": 1, "reference": "a", "identity": "b", "worst": [["CVE-2026-0001", OPENSSL]]}
    happen(fleet, kind, "" if kind == "introduced" else "CVE-2026-0001", detail=detail)
    assert gathered(fleet, NOW + QUIET_S - 1) == []
    assert len(gathered(fleet, NOW + QUIET_S + 1)) == 1


def test_an_image_introduces_a_message_for_each_vulnerability(fleet):
    subscribe(fleet, rule=Rule(severity="high"))
    has(fleet, "CVE-2026-0001")
    has(fleet, "CVE-2026-0002", severity="low")
    worst = [["CVE-2026-0001", f"{OPENSSL}@3.0.11?arch=amd64"], ["CVE-2026-0002", f"{OPENSSL}@3.0.11?arch=amd64"]]
    for identity in ("one", "two"):
        detail = {"count": 2, "reference": "app:1", "identity": identity, "worst": worst}
        happen(fleet, "introduced", "", "", image_id=1, detail=detail)
    assert [message.title for message in gathered(fleet)] == ["CVE-2026-0001 came with a new image: 1 image in shop"]
    assert states(fleet, outbox) == ["gathered"] * 2


def test_what_is_introduced_and_below_the_rule_is_skipped(fleet):
    subscribe(fleet, rule=Rule(severity="critical"))
    has(fleet)
    detail = {"count": 1, "reference": "app:1", "identity": "x", "worst": [["CVE-2026-0001", OPENSSL]]}
    happen(fleet, "introduced", "", "", image_id=1, severity="critical", detail=detail)
    assert gathered(fleet) == [] and states(fleet, outbox) == ["skipped"]


@pytest.mark.parametrize(
    ("rule", "values", "count"),
    [
        (Rule(running=True), {}, 0),
        (Rule(running=True), {"runs_at": NOW - 3600}, 1),
        (Rule(running=True), {"runs_at": NOW - 30 * 86_400}, 0),
        (Rule(exploited=True), {}, 0),
        (Rule(exploited=True), {"exploited": True}, 1),
        (Rule(fixable=True), {"fixed": ""}, 0),
        (Rule(fixable=True), {}, 1),
        (Rule(fixable=True, running=True, exploited=True), {"runs_at": NOW, "exploited": True}, 1),
    ],
)
def test_conditions_of_a_rule(fleet, rule, values, count):
    subscribe(fleet, rule=rule)
    has(fleet, **values)
    happen(fleet)
    assert len(gathered(fleet)) == count
    assert states(fleet, outbox) == ["gathered" if count else "skipped"]


@pytest.mark.parametrize("likelihood", [0.4, None])
@pytest.mark.parametrize("of_image", [False, True])
def test_only_what_a_path_from_the_internet_leads_to(fleet, likelihood, of_image):
    subscribe(fleet, rule=Rule(exposed=True))
    number = has(fleet, images=2)
    node = Node("a", "container", "a", likelihood, Container("registry.test/app:0"))
    with writing(fleet.engine) as connection:
        store(connection, 1, "prod", Document("careen.exposure/1", (node,), ()), "key:ci", NOW)
    detail = {"count": 1, "reference": "app:0", "identity": "x", "worst": [["CVE-2026-0001", f"{OPENSSL}@3.0.11?arch=amd64"]]}
    happen(fleet, "introduced", "", "", image_id=number, detail=detail) if of_image else happen(fleet)
    assert len(gathered(fleet)) == (1 if likelihood else 0)
    assert states(fleet, outbox) == ["gathered" if likelihood else "skipped"]


def test_what_comes_and_goes_is_one_message_a_day(fleet):
    subscribe(fleet)
    has(fleet)
    for hours in (0, 1, 23, 25):
        happen(fleet, at=NOW + hours * 3600)
        gathering.gather(fleet, NOW + hours * 3600)
    assert len(messages(fleet)) == 2
    assert states(fleet, outbox) == ["gathered", "skipped", "skipped", "gathered"]


def test_what_the_project_is_not_affected_by_is_no_message(fleet):
    subscribe(fleet)
    has(fleet)
    row = {"project_id": 1, "vulnerability": "CVE-2026-0001", "package": OPENSSL, "decided_by": "ada", "decided_at": 1.0}
    with writing(fleet.engine) as connection:
        connection.execute(decision.insert().values(row | {"status": "not_affected"}))
    happen(fleet)
    assert gathered(fleet) == []
    with writing(fleet.engine) as connection:
        connection.execute(update(decision).values(revoked_at=NOW - 1))
    happen(fleet, at=NOW + 1)
    assert len(gathered(fleet, NOW + 1)) == 1


def test_other_events(fleet):
    subscribe(fleet, rule=Rule(("source_failed", "end_of_life", "image_failed", "image_ready", "resolved")))
    happen(fleet, "source_failed", "", "", severity="", detail={"sources": {"nvd": "no such host", "osv": "404"}})
    happen(fleet, "end_of_life", "", "", severity="", images=7, detail={"namespace": "debian:10", "ended": "2024-06-30"})
    for number in range(3):
        detail = {"identity": f"sha256:{number}", "reference": f"app:{number}", "reason": "a layer is damaged"}
        happen(fleet, "image_failed", "", "", severity="", detail=detail)
    happen(fleet, "image_ready", "", "", severity="", detail={"identity": "sha256:9", "reference": "app:9"})
    happen(fleet, "resolved", images=4)
    found = {message.title: message for message in gathered(fleet)}
    assert set(found) == {
        "Advisories are out of date: nvd, osv",
        "debian:10 has had no security updates since 2024-06-30: 7 images in shop",
        "3 images: not assessed, reading failed in shop",
        "app:9: assessed in shop",
        "CVE-2026-0001 is no longer found: 4 images in shop",
    }
    assert found["3 images: not assessed, reading failed in shop"].lines[0].text == "app:0: a layer is damaged"


def test_a_digest_waits_for_its_time_and_names_what_is_overdue(fleet):
    subscribe(fleet, rule=Rule(digest=Digest("daily", "08:00")), digest_at=NOW + 100)
    has(fleet)
    happen(fleet)
    assert gathered(fleet) == []
    (message,) = gathered(fleet, NOW + 100)
    assert (message.kind, message.title) == ("digest", "Daily digest of shop: 1 newly disclosed")
    with fleet.engine.connect() as connection:
        at = connection.execute(subscription.select()).one().digest_at
    assert NOW + 100 < at <= NOW + 100 + 86_400
    assert len(gathered(fleet, at)) == 1  # nothing new: no digest
    kept = with_settings(b"", ProjectSettings(deadlines=Deadlines("team blue", high=30)))
    with writing(fleet.engine) as connection:
        connection.execute(update(project).values(settings=kept))
    (_, later) = gathered(fleet, NOW + 100 * 86_400)
    assert later.title == "Daily digest of shop: nothing new"
    assert later.lines[0].text.startswith("Overdue since 2026-06-26: CVE-2026-0001, high")


def test_a_paused_subscription_gets_nothing_and_loses_nothing(fleet):
    subscribe(fleet, paused=True)
    has(fleet)
    happen(fleet)
    assert gathered(fleet) == []
    with writing(fleet.engine) as connection:
        connection.execute(update(subscription).values(paused=False))
    assert len(gathered(fleet)) == 1


def test_a_message_and_the_rows_that_it_is_made_of_are_there_together_or_not(fleet, monkeypatch):
    subscribe(fleet)
    has(fleet)
    happen(fleet)

    def die(*_):
        raise OSError("the worker is killed")

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "batches", die)
        assert gathering.gather(fleet, NOW) == 0
    assert states(fleet) == [] and states(fleet, outbox) == ["wanted"]
    assert len(gathered(fleet)) == 1


def test_one_subscription_does_not_hold_up_the_others(fleet, monkeypatch):
    for number in (1, 2):
        subscribe(fleet, number)
    has(fleet)
    happen(fleet)
    real = gathering.sift

    def sift(connection, sub, *given):
        if sub.id == 1:
            raise ValueError("a bug")
        return real(connection, sub, *given)

    monkeypatch.setattr(gathering, "sift", sift)
    assert gathering.gather(fleet, NOW) == 1 and len(messages(fleet, 2)) == 1


def test_long_names(fleet):
    subscribe(fleet)
    for name in ("é" * 3000, "é" * 2999 + "x"):
        happen(fleet, package=f"pkg:npm/{name}")
    assert len(gathered(fleet)) == 1 and states(fleet, outbox) == ["gathered"] * 2


@pytest.mark.parametrize("rule", [Rule(), Rule(digest=Digest("hourly"))])
def test_a_long_pause_keeps_the_newest_events_and_the_message_states_how_many_it_leaves_out(fleet, rule):
    bulk.create(fleet.engine, checkfirst=True)
    subscribe(fleet, 1, paused=True, digest_at=NOW + 60 if rule.digest else None, rule=rule)
    subscribe(fleet, 2, rule=rule, digest_at=NOW + 60 if rule.digest else None)
    for number in range(8):
        has(fleet, f"CVE-2026-100{number}", f"pkg:deb/debian/x{number}")
        happen(fleet, id=f"CVE-2026-100{number}", package=f"pkg:deb/debian/x{number}")
    for _ in range(2):
        purge(fleet, Retention(collected=3), NOW)
    with fleet.engine.connect() as connection:
        counted = select(outbox.c.subscription_id, func.count()).group_by(outbox.c.subscription_id)
        assert dict(connection.execute(counted).all()) == {1: 3, 2: 8}
    with writing(fleet.engine) as connection:
        connection.execute(delete(subscription).where(subscription.c.id == 2))
        connection.execute(update(subscription).values(paused=False))
    (message,) = gathered(fleet, NOW + 120)
    assert message.counts == {"disclosed": 3}
    assert [line.text for line in message.lines if "pause" in line.text] == [
        "5 older events of the pause: too many to be kept for this message"
    ]
    has(fleet, "CVE-2026-2000", ZLIB)
    happen(fleet, id="CVE-2026-2000", package=ZLIB, at=NOW + 8000)
    later = [one for one in gathered(fleet, NOW + 8000) if one != message]
    assert len(later) == 1 and not [line for line in later[0].lines if "pause" in line.text]
