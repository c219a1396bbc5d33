"""Windows of findings: each once, the highest risk first, with what images have."""

import pytest
from sqlalchemy import select
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info, pypi

from careen.fleet.conditions import conditions_of
from careen.fleet.found import findings_of, place_of
from careen.fleet.tables import image_unit, unit_finding
from careen.model.advisory import VulnerabilityRecord

RECORDS = [
    info(),
    info("PyPI", "osv"),
    advisory(),
    *(advisory(f"CVE-2026-001{number}", "4.2.2", "PyPI", "django", source="osv") for number in range(5)),
    VulnerabilityRecord("CVE-2026-0012", "nvd", severity="critical"),
    VulnerabilityRecord("CVE-2026-0013", "nvd", severity="low"),
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    made = fleet_in(tmp_path_factory.mktemp("fleet"))
    database_with(made, RECORDS, "2026-01-01T00:00:00+00:00")
    one, other = add_project(made, 1), add_project(made, 2)
    add_image(made, [deb()], 1, one)
    add_image(made, [pypi()], 2, other)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_windows_have_each_finding_once_in_order(fleet, size):
    with fleet.engine.connect() as connection:
        found = findings_of(connection, 1, conditions_of(connection, 1, (), None))
        rows, start = [], ()
        while window := found.window(connection, start, size):
            rows += window
            start = place_of(window[-1])
        stored = [dict(row) for row in connection.execute(select(unit_finding)).mappings()]
        theirs = set(connection.execute(select(image_unit.c.unit_id).where(image_unit.c.image_id == 1)).scalars())
    in_order = sorted(stored, key=lambda row: (-row["risk"], -row["unit_id"], row["vulnerability"], row["package"]))
    assert len(stored) > 5
    assert list(map(place_of, rows)) == list(map(place_of, in_order))
    assert [row["fits"] for row in rows] == [row["unit_id"] in theirs for row in in_order]  # the others are of another project


def test_a_window_may_begin_with_its_start(fleet):
    with fleet.engine.connect() as connection:
        found = findings_of(connection, None, conditions_of(connection, None, (), None))
        first, second = found.window(connection, (), 2)
        assert found.window(connection, place_of(first), 1, inclusive=True) == [first]
        assert found.window(connection, place_of(first), 1) == [second]


def test_a_finding_is_the_same_in_its_own_unit(fleet):
    with fleet.engine.connect() as connection:
        found = findings_of(connection, None, conditions_of(connection, None, (), None))
        rows = found.window(connection, (), 50)
        assert found.same(connection, rows) == {
            (row["vulnerability"], row["package"]): {row["unit_id"]: row["first_at"]} for row in rows
        }
