"""What a purge removes and keeps."""

import time

import msgspec
import pytest
from sqlalchemy import func, select, update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in, rows
from tests.support.matching import DEBIAN, advisory, deb, info, pypi

from careen.fleet import purge as module
from careen.fleet import registries
from careen.fleet.connection import writing
from careen.fleet.events import after_ready
from careen.fleet.projects import delete_project
from careen.fleet.purge import DAY_S, Purged, Retention, purge
from careen.fleet.registries import Choice
from careen.fleet.tables import (
    decision,
    delivery,
    event,
    image,
    image_unit,
    layer,
    metadata,
    notified,
    outbox,
    project_image,
    registry,
    repository,
    subscription,
    tag,
    tag_change,
    unit,
)
from careen.fleet.units import store_units
from careen.model.inventory import Inventory

NOW = 1_000 * DAY_S


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    add_project(made, 1)
    with writing(made.engine) as connection:
        connection.execute(registry.insert().values(id=1, project_id=1, host="r"))
        connection.execute(repository.insert().values(id=1, registry_id=1, name="app"))
    yield made
    made.engine.dispose()


def tagged(fleet, *images):
    with writing(fleet.engine) as connection:
        for number in images:
            row = {"repository_id": 1, "name": f"v{number}", "image_id": number, "pushed_at": float(number), "seen_at": 0.0}
            connection.execute(tag.insert().values(row))
            change = {"at": NOW, "repository_id": 1, "name": row["name"], "identity": f"sha256:{number}"}
            connection.execute(tag_change.insert().values(change))


def chosen(fleet, newest, every_s=None):
    with writing(fleet.engine) as connection:
        values = {"wanted": msgspec.json.encode(Choice(newest=newest)), "every_s": every_s}
        connection.execute(update(registry).values(values))


def test_the_newest_tags_of_a_registry_with_webhooks_and_what_runs_stay(fleet):
    chosen(fleet, 2)
    for number in range(1, 7):
        add_image(fleet, [pypi(version=f"4.{number}"), deb()], number, 1)
    tagged(fleet, 1, 2, 3, 4, 5, 6)
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).where(project_image.c.image_id == 1).values(runs_at=NOW - DAY_S))
        connection.execute(update(project_image).where(project_image.c.image_id == 2).values(runs_at=NOW - 30 * DAY_S))
    assert purge(fleet, Retention(), NOW) == Purged(3, 3, 3, 0)
    assert rows(fleet, project_image, "image_id", "runs_at") == [(1, NOW - DAY_S), (5, None), (6, None)]
    removed = [name for name, identity in rows(fleet, tag_change, "name", "identity") if not identity]
    assert removed == ["v2", "v3", "v4"]
    assert sorted({name for (name,) in rows(fleet, unit, "name")}) == ["django", "libssl3"]
    assert purge(fleet, Retention(), NOW) == Purged()


def test_what_runs_in_another_project_keeps_no_tag_and_no_image_is_lost_there(fleet):
    add_project(fleet, 2)
    chosen(fleet, 1)
    for number in (1, 2):
        add_image(fleet, [deb()], number, 1)
    tagged(fleet, 1, 2)
    with writing(fleet.engine) as connection:
        row = {"project_id": 2, "image_id": 1, "seen_at": NOW - 30 * DAY_S, "runs_at": NOW - DAY_S}
        connection.execute(project_image.insert().values(row))
    assert purge(fleet, Retention(), NOW) == Purged(1, 0, 0, 0)
    assert rows(fleet, image, "id") == [(1,), (2,)]


def test_an_image_that_no_agent_reports_any_more_does_not_run_for_ever(fleet):
    for number in (1, 2, 3):
        add_image(fleet, [deb()], number, 1)
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).values(runs_at=NOW - 8 * DAY_S))
        connection.execute(update(project_image).where(project_image.c.image_id == 3).values(runs_at=NOW - 6 * DAY_S))
    assert purge(fleet, Retention(), NOW) == Purged()
    assert rows(fleet, project_image, "image_id", "runs_at") == [(1, None), (2, None), (3, NOW - 6 * DAY_S)]


def test_without_a_number_all_tags_stay(fleet):
    add_image(fleet, [deb()], 1, 1)
    add_image(fleet, [deb()], 2, 1)
    tagged(fleet, 1, 2)
    assert purge(fleet, Retention(), NOW) == Purged()


def test_tags_of_a_registry_that_is_crawled_are_left_to_the_crawl(fleet):
    add_image(fleet, [deb()], 1, 1)
    add_image(fleet, [deb()], 2, 1)
    tagged(fleet, 1, 2)
    chosen(fleet, 1, 3600.0)
    assert purge(fleet, Retention(), NOW) == Purged()


def test_young_uploaded_and_named_images_stay_and_those_that_never_had_a_tag(fleet):
    for number in (1, 2, 3, 4, 5, 6):
        add_image(fleet, [deb()], number, 1)
    with writing(fleet.engine) as connection:
        changes = [{"at": 0.0, "repository_id": 1, "name": "1", "identity": f"sha256:{number}"} for number in (1, 2, 3, 5, 6)]
        connection.execute(tag_change.insert(), changes)
        connection.execute(update(image).where(image.c.id == 1).values(enrolled_at=NOW - 60))
        connection.execute(update(image).where(image.c.id == 2).values(kind="uploaded"))
        connection.execute(update(project_image).where(project_image.c.image_id > 4).values(lasts=True))
        connection.execute(update(project_image).where(project_image.c.image_id == 6).values(deleted_at=NOW - 2 * DAY_S))
    assert purge(fleet, Retention(), NOW).images == 2
    assert rows(fleet, image, "id") == [(1,), (2,), (4,), (5,)]


def test_images_that_no_project_has_any_more_leave(fleet):
    """They were never tagged, so that only who has deleted them could say that they may go."""
    add_project(fleet, 2)
    for number in (1, 2, 3, 4):
        add_image(fleet, [deb()], number, 1)
    with writing(fleet.engine) as connection:
        connection.execute(image.update().where(image.c.id == 2).values(kind="uploaded"))
        connection.execute(project_image.update().values(deleted_at=NOW - 2 * DAY_S))
        connection.execute(project_image.update().where(project_image.c.image_id == 3).values(deleted_at=NOW - 60))
        connection.execute(project_image.insert().values(project_id=2, image_id=4, seen_at=0.0))
    assert purge(fleet, Retention(), NOW).images == 2
    assert rows(fleet, image, "id") == [(3,), (4,)]


def test_images_of_a_removed_registry_leave(fleet):
    for number in (1, 2, 3):
        add_image(fleet, [deb()], number, 1)
    tagged(fleet, 1, 2)
    assert not registries.remove(fleet, 2, 1) and len(rows(fleet, tag_change)) == 2
    assert registries.remove(fleet, 1, 1)
    assert rows(fleet, tag_change, "repository_id", "name") == [(registries.NOWHERE, "")] * 2
    assert purge(fleet, Retention(), NOW).images == 2
    assert rows(fleet, image, "id") == [(3,)]


def test_packages_of_an_image_that_is_stored_at_this_moment_stay(address, tmp_path):
    """A purge that sees neither the image nor its lock would leave the image without a package, and so without findings."""
    if address.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")
    made = fleet_in(tmp_path, address)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    add_image(made, [deb(), pypi()], 1)
    with writing(made.engine) as connection:
        connection.execute(image_unit.delete())
    with writing(made.engine) as connection:
        store_units(connection, made, 1, Inventory(DEBIAN, (deb(),)))
        with writing(made.engine) as other:
            assert module._units(other) == 1
    assert [name for (name,) in rows(made, unit, "name")] == ["libssl3"]
    assert {number for (number,) in rows(made, image_unit, "unit_id")} == {number for (number,) in rows(made, unit, "id")}
    made.engine.dispose()


def test_old_events_leave_unless_a_message_waits(fleet):
    with writing(fleet.engine) as connection:
        row = {"id": 1, "project_id": 1, "kind": "webhook", "target": b"", "created_at": 0.0}
        connection.execute(subscription.insert().values(row))
        for number in range(1, 6):
            connection.execute(event.insert().values(id=number, at=0.0 if number < 5 else NOW, kind="disclosed"))
        for number, state in ((1, "waiting"), (2, "gathered")):
            connection.execute(outbox.insert().values(event_id=number, subscription_id=1, state=state, at=0.0))
    assert purge(fleet, Retention(), NOW).events == 3
    assert rows(fleet, event, "id") == [(1,), (5,)]
    assert rows(fleet, outbox, "event_id") == [(1,)]


def test_messages_leave_a_while_after_they_were_sent_or_given_up(fleet):
    with writing(fleet.engine) as connection:
        row = {"id": 1, "project_id": 1, "kind": "webhook", "target": b"", "created_at": 0.0}
        connection.execute(subscription.insert().values(row))
        same = {"subscription_id": 1, "kind": "message", "title": "x", "body": b"", "created_at": 0.0}
        for number, state in enumerate(("sent", "dead", "waiting", "claimed"), 1):
            connection.execute(delivery.insert().values(id=number, key=str(number), state=state, next_at=0.0, **same))
        connection.execute(delivery.insert().values(id=5, key="5", state="sent", next_at=NOW - 86_400, **same))
        about = {"subscription_id": 1, "kind": "disclosed", "package": ""}
        for id, at in (("CVE-2026-0001", 0.0), ("CVE-2026-0002", NOW)):
            connection.execute(notified.insert().values(vulnerability=id, at=at, **about))
    purge(fleet, Retention(), NOW)
    assert rows(fleet, delivery, "id") == [(3,), (4,), (5,)]
    assert rows(fleet, notified, "vulnerability") == [("CVE-2026-0002",)]


def test_a_deleted_project_leaves_no_row(fleet):
    add_project(fleet, 2)
    for number in range(1, 6):
        add_image(fleet, [pypi(version=f"4.{number}")], number, 1)
    add_image(fleet, [deb()], 6, 2)
    tagged(fleet, 1, 2)
    with writing(fleet.engine) as connection:
        fields = {"project_id": 1, "vulnerability": "CVE-1", "status": "affected", "decided_by": "me", "decided_at": 0.0}
        connection.execute(decision.insert().values(fields))
        connection.execute(subscription.insert().values(id=1, project_id=1, kind="webhook", target=b"", created_at=0.0))
        after_ready(connection, 1)
    with writing(fleet.engine) as connection:
        delete_project(connection, 1)
    with fleet.engine.connect() as connection:
        left = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    kept = ("project", "image", "project_image", "unit", "unit_count", "unit_package", "image_unit", "context")
    assert {name: left[name] for name in kept} == dict.fromkeys(kept, 1)
    others = {name for name, count in left.items() if count} - {*kept, "unit_digest", "unit_finding", "unit_source", "state"}
    assert others == set()


def test_what_no_layer_of_the_fleet_is_leaves_the_store(fleet):
    from careen.app.wiring import limits_of
    from careen.fleet.bulk import BulkStore, bulk
    from careen.fleet.layers import readers_of
    from careen.layers.index import delta_key

    kept, gone = f"sha256:{1:064x}", f"sha256:{2:064x}"
    bulk.create(fleet.engine, checkfirst=True)
    store = BulkStore(fleet.engine)
    with writing(fleet.engine) as connection:
        connection.execute(layer.insert().values(digest=kept, state="read", enrolled_at=0.0))
    for digest in (kept, gone):
        store.put(delta_key(digest, readers_of(fleet), limits_of(fleet.settings)), b"delta")
    store.put("inventory x", b"can be made again")
    store.put("advisories x", b"of a former database")
    purge(fleet, Retention())
    assert len(rows(fleet, bulk, "key")) == 4  # nothing is removed that was stored a moment ago
    purge(fleet, Retention(), time.time() + 3 * 86_400)
    assert sorted(kind for (kind,) in rows(fleet, bulk, "kind")) == ["delta", "inventory"]
    assert store.get(delta_key(kept, readers_of(fleet), limits_of(fleet.settings))) == b"delta"
    purge(fleet, Retention(), time.time() + 300 * 86_400)
    assert [kind for (kind,) in rows(fleet, bulk, "kind")] == ["delta"]
