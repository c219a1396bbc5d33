"""What time alone changes is one event: the end of a release, data that have become too old."""

import json
from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in, rows
from tests.support.matching import advisory, deb, info

from careen.app.databases import database_of
from careen.fleet.notifications.watching import watch
from careen.fleet.tables import event, event_project
from careen.model.advisory import Support


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    records = [info(unfixed=True), advisory(), Support("debian:12", "2028-06-30")]
    database_with(made, records, "2026-01-01T00:00:00+00:00")
    add_image(made, [deb()], 1, add_project(made))
    yield made
    made.engine.dispose()


def test_the_end_of_a_release_is_one_event(fleet):
    watch(fleet, date(2028, 6, 30))
    assert rows(fleet, event, "kind") == []
    for day in (1, 2):
        watch(fleet, date(2028, 7, day))
    ((kind, detail),) = rows(fleet, event, "kind", "detail")
    assert (kind, json.loads(detail)) == ("end_of_life", {"namespace": "debian:12", "ended": "2028-06-30"})
    assert rows(fleet, event_project, "project_id", "images") == [(1, 1)]


def test_data_that_are_too_old_are_one_event_until_they_are_new_again(fleet):
    aged = replace(fleet, settings=replace(fleet.settings, db_max_age=7))
    watch(aged, date(2026, 1, 2))
    assert rows(fleet, event, "kind") == []
    for day in (20, 21):
        watch(aged, date(2026, 1, day))
    ((kind, detail),) = rows(fleet, event, "kind", "detail")
    assert kind == "source_failed" and list(json.loads(detail)["sources"]) == ["debian:12"]
    watch(aged, date(2026, 1, 2))
    watch(aged, date(2026, 1, 20))
    assert len(rows(fleet, event, "kind")) == 2


def test_without_a_database_or_packages_there_is_nothing_to_watch(fleet, tmp_path):
    database_of(fleet.settings).write_bytes(b"damaged")
    watch(fleet, date(2028, 7, 1))
    database_of(fleet.settings).unlink()
    watch(fleet, date(2028, 7, 1))
    assert rows(fleet, event, "kind") == []
