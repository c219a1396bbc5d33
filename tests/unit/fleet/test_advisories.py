"""An update of the database and what follows: the packages that it changes are assessed again."""

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from tests.support.fleet_units import add_image, add_project, database_with, findings, fleet_in, rows
from tests.support.matching import advisory, deb, info

from careen.app.databases import database_of
from careen.database.results import FeedResult, UpdateResult
from careen.errors import DatabaseError
from careen.fleet import advisories, worker
from careen.fleet.connection import writing
from careen.fleet.progress import Progress, save
from careen.fleet.queue import Job, RetryError
from careen.fleet.queue.embedded import EmbeddedQueue
from careen.fleet.schedule import EVERY_S
from careen.fleet.tables import event, image, image_unit, job, unit, unit_count, unit_finding, unit_source

BEFORE, AFTER = [info(unfixed=True), advisory()], [info(unfixed=True), advisory(), advisory("CVE-2026-0002")]


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    made = fleet_in(tmp_path)
    made = replace(made, queue=EmbeddedQueue(made.engine, 2))
    database_with(made, BEFORE, "2026-01-01T00:00:00+00:00")
    add_project(made)
    add_image(made, [deb()], 1, 1)

    def update(settings):
        path = database_with(made, AFTER, "2026-01-02T00:00:00+00:00")
        return UpdateResult(path, True, (FeedResult("nvd", "nvd.json", "failed", "no such host"),))

    monkeypatch.setattr(advisories, "update_database", update)
    yield made
    made.engine.dispose()


def test_an_update_queues_the_assessment_and_notes_what_failed(fleet):
    advisories.update(fleet, Job("update", "update"))
    assert advisories.troubles(fleet) == ["nvd: no such host"]
    with fleet.engine.connect() as connection:
        assert connection.execute(select(job.c.kind, func.count()).group_by(job.c.kind)).all() == [("rematch", 1)]
    assert [found[0] for found in findings(fleet)] == ["CVE-2026-0001"]
    advisories.assess_again(fleet, Job("rematch", "rematch"))
    assert [found[0] for found in findings(fleet)] == ["CVE-2026-0001", "CVE-2026-0002"]
    assert not database_of(fleet.settings).with_name(advisories.BEFORE).exists()


def test_two_updates_before_the_assessment_keep_the_first_database(fleet):
    """It is the one that assessed the fleet: what changed since then counts."""
    first = database_of(fleet.settings).read_bytes()
    advisories.update(fleet, Job("update", "update"))
    advisories.update(fleet, Job("update", "update"))
    assert database_of(fleet.settings).with_name(advisories.BEFORE).read_bytes() == first


def test_without_a_database_there_is_nothing_to_assess_by(fleet):
    database_of(fleet.settings).unlink()
    with pytest.raises(DatabaseError):
        advisories.assess_again(fleet, Job("rematch", "rematch"))


def test_an_update_that_fails_is_noted(fleet, monkeypatch):
    def update(settings):
        raise DatabaseError("no advisory source could be reached")

    monkeypatch.setattr(advisories, "update_database", update)
    with pytest.raises(RetryError, match="no advisory source could be reached") as raised:
        advisories.update(fleet, Job("update", "update"))
    assert raised.value.after_s == advisories.RETRY_S < EVERY_S["update"]
    assert advisories.troubles(fleet) == ["all sources: no advisory source could be reached"]


def test_advisories_that_become_too_old_without_an_update_are_noticed(fleet, monkeypatch):
    """Verdicts by old data must not stay complete because nothing newer can be fetched."""
    monkeypatch.setattr(advisories, "update_database", _unreachable)
    with pytest.raises(RetryError):
        advisories.update(fleet, Job("update", "update"))
    assert rows(fleet, job, "kind") == [("rematch",)]
    strict = replace(fleet, settings=replace(fleet.settings, db_max_age=7))
    advisories.assess_again(strict, Job("rematch", "rematch"))
    assert ["stale_source" in reasons for (reasons,) in rows(fleet, unit, "reasons")] == [True]
    assert rows(fleet, image, "coverage") == [("partially_assessed",)]


def _unreachable(settings):
    raise DatabaseError("no advisory source could be reached")


def test_a_source_that_fails_is_one_event_until_it_works_again(fleet, monkeypatch):
    failed = [FeedResult("nvd", "nvd.json", "failed", "no such\nhost")]
    path = database_of(fleet.settings)
    monkeypatch.setattr(advisories, "update_database", lambda settings: UpdateResult(path, True, tuple(failed)))
    for _ in range(2):
        advisories.update(fleet, Job("update", "update"))
    assert len(rows(fleet, event, "kind")) == 1
    failed.clear()
    advisories.update(fleet, Job("update", "update"))
    failed.append(FeedResult("nvd", "nvd.json", "failed", "no such host"))
    advisories.update(fleet, Job("update", "update"))
    assert [kind for (kind,) in rows(fleet, event, "kind")] == ["source_failed"] * 2


def jobs(fleet):
    with fleet.engine.connect() as connection:
        return list(connection.execute(select(job.c.kind)).scalars())


def test_a_database_that_somebody_put_in_place_assesses_the_fleet(fleet):
    advisories.assess_again(fleet, Job("rematch", "rematch"))
    seen = advisories.notice(fleet, None)
    assert jobs(fleet) == []
    database_with(fleet, AFTER, "2026-01-02T00:00:00+00:00")
    newer = advisories.notice(fleet, seen)
    assert (newer != seen, jobs(fleet)) == (True, ["rematch"])
    assert advisories.notice(fleet, newer) == newer
    advisories.assess_again(fleet, Job("rematch", "rematch"))
    assert [found[0] for found in findings(fleet)] == ["CVE-2026-0001", "CVE-2026-0002"]


def test_an_older_database_counts_too_if_all_workers_share_it(fleet):
    advisories.assess_again(fleet, Job("rematch", "rematch"))
    database_with(fleet, AFTER, "2025-12-31T00:00:00+00:00")
    advisories.notice(fleet, None)
    assert jobs(fleet) == ["rematch"]


def test_a_fleet_without_packages_has_nothing_to_assess_again(fleet):
    """Its first packages are assessed with the database that is there."""
    with writing(fleet.engine) as connection:
        for table in (unit_finding, unit_source, unit_count, image_unit, unit):
            connection.execute(table.delete())
        save(connection, Progress())
    advisories.notice(fleet, None)
    assert jobs(fleet) == []


def test_packages_that_waited_for_a_database_are_assessed(fleet):
    with writing(fleet.engine) as connection:
        save(connection, Progress())
    advisories.notice(fleet, None)
    assert jobs(fleet) == ["rematch"]


def test_without_a_database_nothing_is_noticed(fleet):
    database_of(fleet.settings).unlink()
    assert advisories.notice(fleet, None) is None
    assert jobs(fleet) == []


def test_data_of_a_fleet_that_fetches_nothing_becomes_too_old_too(fleet):
    periods = worker._periods(replace(fleet, settings=replace(fleet.settings, refresh="never")))
    assert periods["rematch"] == EVERY_S["update"]
    assert "update" not in periods
