"""Several processes assess the units of an update: with the results of one, and with nothing lost if a process dies."""

import os
import signal
from datetime import date

import pytest
from tests.support.fleet_units import add_image, database_with, findings, fleet_in, rows
from tests.support.matching import DEBIAN, advisory, deb, info

from careen.errors import DatabaseError
from careen.fleet import rematch, side_by_side
from careen.fleet.split import split
from careen.fleet.tables import event, image, rematch_unit, unit, unit_count
from careen.fleet.verdict_rows import Row
from careen.model.inventory import Inventory

FIRST, SECOND = (f"2026-01-0{day}T00:00:00+00:00" for day in (1, 2))
PACKAGES = [deb(version=f"3.0.{number}-1") for number in range(8, 16)]
BEFORE, AFTER = [info(unfixed=True), advisory()], [info(unfixed=True), advisory(fixed="3.0.14-1"), advisory("CVE-2", "4")]


@pytest.fixture
def fleet(tmp_path, address):
    (tmp_path / "fleet").mkdir()
    made = fleet_in(tmp_path / "fleet", address)
    yield made
    made.engine.dispose()


@pytest.fixture
def many(monkeypatch):
    """Batches of a single unit, and a machine with two cores."""
    monkeypatch.setattr(rematch, "BATCH", 1)
    monkeypatch.setattr(rematch, "FEW", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def update(fleet, folder):
    old, new = database_with(fleet, BEFORE, FIRST, folder / "old.sqlite"), database_with(fleet, AFTER, SECOND)
    return rematch.after_update(fleet, old, new)


def filled(fleet):
    database_with(fleet, BEFORE, FIRST)
    for number, package in enumerate(PACKAGES, 1):
        add_image(fleet, [package], number)


def state_of(fleet):
    counts = rows(fleet, unit_count, "unit_id", "assessed", "high", "fixable", "risk")
    images = rows(fleet, image, "id", "high", "fixable", "risk", "coverage")
    events = rows(fleet, event, "kind", "vulnerability", "package", "images")
    return findings(fleet), counts, images, events, rows(fleet, unit, "id", "assessed_by", "verdict", "reasons")


def test_the_results_are_those_of_one_process(fleet, tmp_path, many, monkeypatch):
    (tmp_path / "alone").mkdir()
    alone = fleet_in(tmp_path / "alone")
    filled(fleet)
    filled(alone)
    assert update(fleet, tmp_path).units == len(PACKAGES)
    monkeypatch.setattr(rematch, "PROCESSES", 1)
    assert update(alone, tmp_path).units == len(PACKAGES)
    assert state_of(fleet) == state_of(alone)
    assert len([row for row in findings(fleet) if row[0] == "CVE-2"]) == len(PACKAGES)
    assert rows(fleet, rematch_unit) == []
    alone.engine.dispose()


def test_a_process_that_dies_loses_nothing(fleet, tmp_path, many, monkeypatch):
    filled(fleet)
    real = side_by_side._received

    def killing(pipe):
        results = real(pipe)
        for child in side_by_side.multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)
        return results

    with monkeypatch.context() as patched:
        patched.setattr(side_by_side, "_received", killing)
        with pytest.raises(DatabaseError, match="has ended"):
            update(fleet, tmp_path)
    assert rows(fleet, rematch_unit)
    rematch.after_update(fleet, tmp_path / "old.sqlite", tmp_path / "fleet" / "database" / "advisories.sqlite")
    assert len([row for row in findings(fleet) if row[0] == "CVE-2"]) == len(PACKAGES)
    assert rows(fleet, rematch_unit) == []


def test_a_process_does_not_assess_with_a_newer_database(fleet, tmp_path, many, monkeypatch):
    filled(fleet)
    real = rematch.Order

    def replaced(*arguments):
        database_with(fleet, BEFORE, "2026-01-03T00:00:00+00:00")
        return real(*arguments)

    monkeypatch.setattr(rematch, "Order", replaced)
    with pytest.raises(DatabaseError, match="has ended"):
        update(fleet, tmp_path)
    assert {by for _, by in rows(fleet, unit, "id", "assessed_by")} == {FIRST}
    assert len(rows(fleet, rematch_unit)) == len(PACKAGES)


def test_batches_and_results_that_are_longer_than_what_a_pipe_holds(fleet, tmp_path):
    path = database_with(fleet, BEFORE, FIRST)
    packages = [deb(f"lib{number}-{'x' * 20_000}") for number in range(60)]
    units = [found for package in packages for found in split(Inventory(DEBIAN, (package,)))]
    rows = [Row(number, found.key, "", found.content, found.context) for number, found in enumerate(units)]
    batches = [rows[first : first + 20] for first in (0, 20, 40, 0, 20, 40)]
    order = rematch.Order(fleet.settings, path, FIRST, date(2026, 1, 2))
    results = [pair for batch in side_by_side.assess_side_by_side(order, batches, 2) for pair in batch]
    assert sorted(row.number for row, _ in results) == sorted([*range(60), *range(60)])
    assert {result.counts[0] for _, result in results} == {1}
