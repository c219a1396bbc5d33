"""What becomes an event of an image, and how packages are named in events."""

import json

import pytest
from msgspec.structs import replace
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in, rows
from tests.support.matching import advisory, deb, info, pypi
from tests.support.reports import vulnerability

from careen.fleet import events
from careen.fleet.connection import writing
from careen.fleet.enrolment import see
from careen.fleet.events import (
    REASON,
    after_failure,
    after_ready,
    changes_of,
    from_changes,
    lasting,
    of_ended_support,
    of_sources,
)
from careen.fleet.notifications.rules import Rule, encoded
from careen.fleet.tables import (
    event,
    event_project,
    outbox,
    project_image,
    rematch_change,
    subscription,
    unit,
    unit_finding,
)
from careen.model.advisory import Range


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    yield made
    made.engine.dispose()


def ready(fleet, number):
    with writing(fleet.engine) as connection:
        after_ready(connection, number)


def introduced(fleet):
    """Image and project of each event, and what it says about the image."""
    made = {
        number: json.loads(detail)
        for number, kind, detail in rows(fleet, event, "id", "kind", "detail")
        if kind == "introduced"
    }
    of_image = dict(rows(fleet, event, "id", "image_id"))
    seen = rows(fleet, event_project, "event_id", "project_id")
    return [(of_image[number], project_id, made[number]) for number, project_id in seen if number in made]


def test_an_image_introduces_what_no_other_of_the_project_has(fleet):
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    for number, packages, project_id in ((1, [deb(), pypi()], one), (2, [deb()], one), (3, [deb()], other)):
        add_image(fleet, packages, number, project_id)
        ready(fleet, number)
    assert [kind for (kind,) in rows(fleet, event, "kind")].count("image_ready") == 3
    assert [(number, project_id) for number, project_id, _ in introduced(fleet)] == [(1, one), (3, other)]
    detail = introduced(fleet)[0][2]
    assert detail["count"] == 1 and detail["worst"] == [["CVE-2026-0001", deb().purl]]


def test_all_that_an_image_introduces_is_counted_and_the_worst_is_named(fleet, monkeypatch):
    monkeypatch.setattr(events, "KEYS", 1)  # several statements
    monkeypatch.setattr(events, "SHOWN", 2)
    records = [
        info(unfixed=True),
        *(advisory(f"CVE-2026-000{number}", severity=word) for number, word in ((1, "low"), (2, "high"))),
    ]
    django = {"source": "osv", "severity": "critical", "ranges": (Range(None, None, last_affected="9"),)}
    records += [info("PyPI", "osv"), advisory("CVE-2026-0003", None, "PyPI", "django", **django)]
    database_with(fleet, records, "2026-01-02T00:00:00+00:00")
    project = add_project(fleet)
    add_image(fleet, [deb(), pypi()], 1, project)
    ready(fleet, 1)
    ((_, _, detail),) = introduced(fleet)
    kept = rows(fleet, unit_finding, "risk", "vulnerability", "package", "fix_state")
    assert len(kept) == 3 == detail["count"]
    assert detail["worst"] == [[id, package] for _, id, package, _ in sorted(kept, key=lambda row: (-row[0], *row[1:]))][:2]
    assert detail["fixable"] == sum(row[3] == "fixed" for row in kept) == 2
    assert detail["exploited"] == 0
    ((severity,),) = {(severity,) for kind, severity in rows(fleet, event, "kind", "severity") if kind == "introduced"}
    assert severity == "critical"


def test_what_another_image_of_the_project_had_before_it_was_removed_is_introduced_again(fleet):
    project = add_project(fleet)
    for number in (1, 2):
        add_image(fleet, [deb()], number, project)
    with writing(fleet.engine) as connection:
        connection.execute(project_image.update().where(project_image.c.image_id == 1).values(deleted_at=5.0))
    ready(fleet, 2)
    assert [(number, found) for number, found, _ in introduced(fleet)] == [(2, project)]


def test_the_same_package_that_was_read_in_another_way_introduces_nothing(fleet):
    """An SBOM lacks facts that its image has, so that the two are other units."""
    one = add_project(fleet, 1)
    add_image(fleet, [deb()], 1, one)
    ready(fleet, 1)
    add_image(fleet, [deb(maintainer="Debian OpenSSL Team")], 2, one)
    ready(fleet, 2)
    assert len(rows(fleet, unit, "id")) == 2
    assert [number for number, _, _ in introduced(fleet)] == [1]


def test_the_same_finding_in_an_image_that_the_project_does_not_see_is_introduced(fleet):
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    add_image(fleet, [deb()], 1, other)
    add_image(fleet, [deb(maintainer="Debian OpenSSL Team")], 2, one)
    ready(fleet, 2)
    assert [(number, project_id) for number, project_id, _ in introduced(fleet)] == [(2, one)]
    (count,) = [detail["count"] for _, _, detail in introduced(fleet)]
    assert count == 1


def test_a_project_that_comes_to_see_an_image_later_has_the_event_too(fleet):
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    add_image(fleet, [deb()], 1, one)
    ready(fleet, 1)
    for _ in range(2):
        with writing(fleet.engine) as connection:
            see(connection, other, 1, 5.0)
    assert [(number, project_id) for number, project_id, _ in introduced(fleet)] == [(1, one), (1, other)]


def test_only_projects_that_see_the_image_get_messages(fleet):
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    with writing(fleet.engine) as connection:
        for number, project_id in ((1, one), (2, other)):
            subscribe(connection, number, project_id, Rule(("image_ready",)))
    add_image(fleet, [pypi()], 1, one)
    ready(fleet, 1)
    assert rows(fleet, outbox, "subscription_id", "state") == [(1, "waiting")]


def test_the_worst_severity_of_a_package_counts_and_each_project_has_its_own_count(fleet):
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    add_image(fleet, [deb()], 1, one)
    add_image(fleet, [deb(), pypi()], 2, one)
    add_image(fleet, [pypi()], 3, other)
    units = dict(rows(fleet, unit, "name", "id"))
    with writing(fleet.engine) as connection:
        subscribe(connection, 1, one, Rule(severity="high"))
        subscribe(connection, 2, other, Rule())
        for name, severity in (("libssl3", "low"), ("django", "critical")):
            change = {"kind": "disclosed", "vulnerability": "CVE-2026-0009", "package": "pkg:x/y", "severity": severity}
            connection.execute(rematch_change.insert().values(unit_id=units[name], **change))
    assert from_changes(fleet.engine) == 1
    assert from_changes(fleet.engine) is None
    assert rows(fleet, event, "severity", "images") == [("critical", 3)]
    assert rows(fleet, event_project, "project_id", "images") == [(1, 2), (2, 1)]
    assert rows(fleet, outbox, "subscription_id") == [(1,), (2,)]


def test_processes_that_make_events_of_the_same_changes_make_each_once(fleet, monkeypatch):
    add_project(fleet, 1)
    add_image(fleet, [deb()], 1, 1)
    ((number,),) = rows(fleet, unit, "id")

    def add_change(id):
        change = {"kind": "disclosed", "vulnerability": id, "package": "pkg:x/y", "severity": "high", "unit_id": number}
        with writing(fleet.engine) as connection:
            connection.execute(rematch_change.insert().values(change))

    for id in ("CVE-2026-0001", "CVE-2026-0003"):
        add_change(id)
    real, others = events._images_with, []

    def overtaken(*arguments):
        monkeypatch.setattr(events, "_images_with", real)
        others.append(from_changes(fleet.engine))  # by another process, between the counts and the transaction
        add_change("CVE-2026-0002")
        return real(*arguments)

    monkeypatch.setattr(events, "READERS", 1)
    monkeypatch.setattr(events, "_images_with", overtaken)
    assert from_changes(fleet.engine) == 0
    assert others == [2]
    assert from_changes(fleet.engine) == 1
    assert sorted(rows(fleet, event, "vulnerability", "images")) == [(f"CVE-2026-000{last}", 1) for last in (1, 2, 3)]


def test_what_is_only_possible_is_no_event():
    likely = vulnerability("CVE-2026-0001", deb(), confidence="likely")
    possible = replace(likely, confidence="possible")
    assert changes_of(1, [], [possible]) == [] == changes_of(1, [possible], [])
    assert [change["kind"] for change in changes_of(1, [possible], [likely])] == ["disclosed"]
    assert [change["kind"] for change in changes_of(1, [likely], [possible])] == ["resolved"]


def test_a_source_that_fails_is_an_event_of_every_project(fleet):
    for number in (1, 2):
        add_project(fleet, number)
    with writing(fleet.engine) as connection:
        subscribe(connection, 1, 2, Rule())
        of_sources(connection, {"debian": "it did not answer"})
    ((detail,),) = rows(fleet, event, "detail")
    assert json.loads(detail) == {"sources": {"debian": "it did not answer"}}
    assert rows(fleet, event_project, "project_id", "images") == [(1, 0), (2, 0)]
    assert rows(fleet, outbox, "subscription_id") == [(1,)]


def test_a_release_that_ends_is_an_event_of_the_projects_that_have_it(fleet):
    for number in (1, 2):
        add_project(fleet, number)
    add_image(fleet, [deb()], 1, 1)
    add_image(fleet, [pypi()], 2, 2)
    with writing(fleet.engine) as connection:
        of_ended_support(connection, "debian:12", "2028-06-30")
    assert rows(fleet, event, "kind", "images") == [("end_of_life", 1)]
    assert rows(fleet, event_project, "project_id", "images") == [(1, 1)]


def test_an_image_that_fails_is_an_event(fleet):
    add_image(fleet, [], 1, add_project(fleet, 1))
    with writing(fleet.engine) as connection:
        subscribe(connection, 1, 1, Rule())
        after_failure(connection, 1, "x" * 10_000)
        after_failure(connection, 99, "there is no such image")
    ((kind, detail),) = rows(fleet, event, "kind", "detail")
    assert kind == "image_failed" and len(json.loads(detail)["reason"]) == REASON
    assert rows(fleet, outbox, "subscription_id") == [(1,)]


def subscribe(connection, number, project_id, rule):
    row = {"id": number, "project_id": project_id, "kind": "webhook", "target": b"", "created_at": 0.0}
    connection.execute(subscription.insert().values({**row, "rule": encoded(rule)}))


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12", "pkg:deb/debian/openssl"),
        ("pkg:npm/%40acme/web@1.0", "pkg:npm/%40acme/web"),
        ("pkg:golang/github.com/a/b", "pkg:golang/github.com/a/b"),
        ("pkg:github/a/b@v1#sub/path", "pkg:github/a/b"),
    ],
)
def test_a_package_without_its_version(purl, name):
    assert lasting(purl) == name
