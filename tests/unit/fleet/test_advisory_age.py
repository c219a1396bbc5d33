"""The age of the advisories: by when they were fetched, and by how old the data of their sources are."""

from datetime import datetime

import pytest
from msgspec.structs import replace
from tests.support.fleet_units import database_with, fleet_in
from tests.support.matching import advisory, info

from careen.app.databases import database_of
from careen.fleet import advisory_age as module
from careen.fleet.advisory_age import advisory_age
from careen.model.advisory import DatabaseInfo, SourceInfo

BUILT = "2026-01-01T00:00:00+00:00"
AT = datetime.fromisoformat(BUILT).timestamp()
DAY = 86_400


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    yield replace(made, settings=replace(made.settings, db_max_age=14))
    made.engine.dispose()


def test_without_a_database_there_is_no_date(fleet):
    found = advisory_age(fleet, AT)
    assert found.fetched is None
    assert found.is_stale


def test_a_broken_database_is_none(fleet):
    file = database_of(fleet.settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"no database")
    assert advisory_age(fleet, AT).is_stale


def test_it_turns_stale_after_the_days_of_the_settings(fleet):
    database_with(fleet, [info(unfixed=True), advisory()], BUILT)
    first = advisory_age(fleet, AT)
    assert first.fetched is not None
    assert first.sources == 3
    assert not first.is_stale
    assert advisory_age(fleet, first.fetched + 400 * DAY).is_stale
    assert advisory_age(fleet, first.fetched + 400 * DAY).old == 3
    lenient = replace(fleet, settings=replace(fleet.settings, db_max_age="off"))
    assert not advisory_age(lenient, first.fetched + 400 * DAY).is_stale


def test_known_exploited_vulnerabilities_count_for_every_image(fleet, monkeypatch):
    """The other sources are young: each image states the old ones that it needs."""
    for name, is_stale in (("debian", False), ("kev", True)):
        sources = [SourceInfo(each, "2025-01-01" if each == name else BUILT[:10], 1) for each in ("debian", "kev")]
        monkeypatch.setattr(module, "status", lambda _, known=tuple(sources): DatabaseInfo("x", BUILT, known))
        database_with(fleet, [info(unfixed=True), advisory()], BUILT)
        found = advisory_age(fleet, AT + DAY)
        assert (found.is_stale, found.old) == (is_stale, 1)
