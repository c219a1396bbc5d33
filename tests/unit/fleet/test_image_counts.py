"""The counts of images after an update, while others write too."""

from contextlib import contextmanager

import pytest
from sqlalchemy import delete, select, update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in, rows
from tests.support.matching import advisory, deb, info, pypi

from careen.fleet import image_counts
from careen.fleet.connection import writing
from careen.fleet.rows import insert
from careen.fleet.scores import TO_COUNT
from careen.fleet.tables import image, image_unit, rematch_unit, unit_count

OPENSSL, DJANGO = deb(), pypi(version="4.1")


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.setattr(image_counts, "IMAGES", 2)
    monkeypatch.setattr(image_counts, "MANY", 1)
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    add_project(made, 1)
    yield made
    made.engine.dispose()


def to_count(fleet):
    with writing(fleet.engine) as connection:
        units = select(unit_count.c.unit_id, unit_count.c.unit_id * 0 + TO_COUNT)
        connection.execute(delete(rematch_unit))
        connection.execute(insert(connection, rematch_unit).from_select(["unit_id", "phase"], units))


def high(fleet):
    return dict(rows(fleet, image, "id", "high"))


@pytest.mark.parametrize("many", [1, 2000])
def test_all_images_with_a_changed_unit(fleet, monkeypatch, many):
    monkeypatch.setattr(image_counts, "MANY_UNITS", many)
    for number in range(1, 8):
        add_image(fleet, [OPENSSL, DJANGO] if number % 2 else [DJANGO], number, 1)
    before = rows(fleet, image, "id", "high", "medium", "risk", "coverage")
    with writing(fleet.engine) as connection:
        connection.execute(update(image).values(high=77, medium=77, risk=1, coverage="", exit_code=1))
    to_count(fleet)
    assert image_counts.count_after_update(fleet) == 7
    assert rows(fleet, image, "id", "high", "medium", "risk", "coverage") == before
    assert {code for (code,) in rows(fleet, image, "exit_code")} == {None}


def test_images_that_are_far_apart_are_read_alone(fleet):
    with fleet.engine.connect() as connection:
        near, apart = (str(image_counts._among(connection, image.c.id, numbers)) for numbers in ([1, 2, 3], [1, 2, 99]))
    assert (" BETWEEN " in near, " IN " in near) == (True, False)
    assert (" BETWEEN " in apart, " IN " in apart) == (False, True)


def test_an_image_that_changes_while_it_is_counted(fleet, monkeypatch):
    """Another worker replaces the units of an image after its counts were read."""
    for number in range(1, 6):
        add_image(fleet, [OPENSSL, DJANGO], number, 1)
    expected = high(fleet)
    to_count(fleet)
    (worst,) = [unit_id for unit_id, count in rows(fleet, unit_count, "unit_id", "risk") if count]
    changed = []

    @contextmanager
    def after_another(engine):
        if not changed:
            changed.append(1)
            with writing(engine) as connection:
                connection.execute(delete(image_unit).where(image_unit.c.image_id == 1, image_unit.c.unit_id == worst))
                image_counts.count_images(connection, [1])
        with writing(engine) as connection:
            yield connection

    monkeypatch.setattr(image_counts, "writing", after_another)
    assert image_counts.count_after_update(fleet) == 5
    now = rows(fleet, image, "id", "risk")
    assert now[0][1] == 0
    assert all(risk for _, risk in now[1:])
    assert {number: count for number, count in high(fleet).items() if number > 1} == {
        number: count for number, count in expected.items() if number > 1
    }


def test_an_image_that_is_removed_while_it_is_counted(fleet, monkeypatch):
    for number in range(1, 4):
        add_image(fleet, [OPENSSL], number, 1)
    to_count(fleet)

    @contextmanager
    def after_a_purge(engine):
        with writing(engine) as connection:
            connection.execute(delete(image_unit).where(image_unit.c.image_id == 2))
            connection.execute(delete(image).where(image.c.id == 2))
        with writing(engine) as connection:
            yield connection

    monkeypatch.setattr(image_counts, "writing", after_a_purge)
    image_counts.count_after_update(fleet)
    assert [number for (number,) in rows(fleet, image, "id")] == [1, 3]
