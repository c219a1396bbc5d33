"""The stored progress of an update of the advisories."""

import pytest
from tests.support.fleet_units import fleet_in

from careen.fleet.connection import writing
from careen.fleet.progress import Progress, done_at, progress_of, save


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    yield made
    made.engine.dispose()


def test_the_last_state_that_was_saved_counts(fleet):
    with writing(fleet.engine) as connection:
        assert progress_of(connection) == Progress()
        save(connection, Progress("2026-01-01T00:00:00+00:00", False, 1.0, {"debian:12": "x"}))
        save(connection, Progress("2026-01-02T00:00:00+00:00", True, 2.0, {}, "2026-01-02T00:00:00+00:00"))
    with fleet.engine.connect() as connection:
        assert progress_of(connection) == Progress("2026-01-02T00:00:00+00:00", True, 2.0, {}, "2026-01-02T00:00:00+00:00")


@pytest.mark.parametrize(("done", "at"), [("", 0.0), ("shipped", 0.0), ("1970-01-02T00:00:00+00:00", 86_400.0)])
def test_verdicts_are_as_old_as_the_last_update_that_was_completed(fleet, done, at):
    with writing(fleet.engine) as connection:
        save(connection, Progress("2026-01-02T00:00:00+00:00", False, done=done))
        assert done_at(connection) == at
