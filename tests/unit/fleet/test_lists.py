"""Any query lists exactly the rows that meet it, however a page is read, on both databases."""

import random
from contextlib import contextmanager

import pytest
from tests.support.fleet_units import add_project, fleet_in
from tests.support.small_fleet import VERSIONS, SmallFleet

from careen.fleet import conditions, found, search, walk

LISTS = {name: getattr(search, name) for name in ("images", "findings", "packages", "to_decide")}
TERMS = (
    *("package:bash", "package:lib*", "package:*lib1*", "package:django<4.10", "package:libssl3>=3", "type:pypi", "type:deb"),
    *("licence:mit", "vulnerability:CVE-2026-1", "vulnerability:CVE-2026*", "vulnerability:GHSA*", "fix:open", "fixable:true"),
    *("severity:critical", "severity:unknown", "severity:>=medium", "severity:<high", "risk:>=40", "risk:<20", "epss:>=0.5"),
    *("exploited:true", "exploited:false", "disclosed:2025", "disclosed:>=2026-01-01", "reference:team1", "image:sha256:3"),
    *("distribution:debian*", "base:debian", "coverage:assessed", "runs:true", "runs:false", "secret:*", "secret:aws*"),
    *("reason:no_index", "reason:no_scheme", "decided:false"),
)


def shown(kind, rows):
    if kind == "images":
        return sorted(row["id"] for row in rows)
    if kind == "findings":
        return sorted((row["image_id"], row["unit_id"], row["vulnerability"], row["package"]) for row in rows)
    if kind == "packages":
        return sorted((row["name"], row["type"], row["version"]) for row in rows)
    return sorted((r["vulnerability"], r["package"], r["images"], r["first_at"], r["risk"]) for r in rows)


def all_pages(connection, kind, terms, limit):
    rows, after = [], ""
    for number in range(1, 3000):
        page = LISTS[kind](connection, 1, terms, versions=VERSIONS, after=after, limit=limit)
        assert len(page.rows) <= limit
        rows, after = rows + page.rows, page.next
        if not after:
            return rows, number
    raise AssertionError("the pages do not end")


def few(patch):
    for module, name in ((search, "QUICK_S"), (walk, "WALK_S")):
        patch.setattr(module, name, 1000.0)


def many(patch):
    """The same, with bounds as in a large fleet."""
    few(patch)
    for module, name in (
        *((search, "FEW"), (search, "FEW_UNITS"), (conditions, "FEW"), (conditions, "FEW_UNITS")),
        *((conditions, "MANY_PLACES"), (found, "FEW_IMAGES")),
    ):
        patch.setattr(module, name, 0)


def walked(patch):
    few(patch)
    patch.setattr(search, "QUICK_S", -1.0)


def step_by_step(patch):
    """Each page ends at the first row or place that it looks at."""
    for name, value in (("WALK_S", -1.0), ("LEAST", 1), ("FIRST_ROWS", 1), ("FIRST_PLACES", 1), ("MOST_ROWS", 2)):
        patch.setattr(walk, name, value)
    patch.setattr(search, "QUICK_S", -1.0)


@contextmanager
def patched(way):
    with pytest.MonkeyPatch.context() as patch:
        way(patch)
        yield


@pytest.mark.parametrize("seed", range(3))
def test_lists_have_exactly_the_rows_that_meet_a_query(address, tmp_path, seed):
    chance = random.Random(seed)
    fleet = fleet_in(tmp_path, address)
    add_project(fleet, 1)
    add_project(fleet, 2)
    small = SmallFleet(fleet, chance)
    with fleet.engine.connect() as connection:
        for _ in range(6):
            query = " ".join(chance.choice(("", "-")) + chance.choice(TERMS) for _ in range(chance.randrange(4)))
            terms, limit = search.parsed(query), chance.choice((1, 3, 50))
            for kind in LISTS:
                expected = small.expected(kind, terms)
                for way in (few, many, walked, step_by_step):
                    with patched(way):
                        rows, _ = all_pages(connection, kind, terms, limit)
                    assert shown(kind, rows) == expected, (query, kind, way.__name__)
    fleet.engine.dispose()


@pytest.mark.parametrize("kind", LISTS)
def test_pages_end_early(address, tmp_path, kind):
    """A page without a row has a cursor, and the pages lead to the rows at the end of the list."""
    fleet = fleet_in(tmp_path, address)
    add_project(fleet, 1)
    add_project(fleet, 2)
    small = SmallFleet(fleet, random.Random(7))
    terms = search.parsed("-package:bash")
    with fleet.engine.connect() as connection:
        with patched(step_by_step):
            rows, pages = all_pages(connection, kind, terms, 50)
        with patched(few):
            assert all_pages(connection, kind, terms, 50)[1] == 1
    assert shown(kind, rows) == small.expected(kind, terms)
    assert 0 < len(rows) < pages
    fleet.engine.dispose()


@pytest.mark.parametrize("kind", ["packages", "to_decide"])
def test_counts_of_many_images_are_lower_bounds(tmp_path, monkeypatch, kind):
    fleet = fleet_in(tmp_path)
    add_project(fleet, 1)
    add_project(fleet, 2)
    SmallFleet(fleet, random.Random(7))
    with fleet.engine.connect() as connection:
        exact, _ = all_pages(connection, kind, (), 50)
        walked(monkeypatch)
        monkeypatch.setattr(walk, "COUNTED", 4)
        rows, _ = all_pages(connection, kind, (), 50)
    assert any(not row["images_exact"] for row in rows) and any(row["images_exact"] for row in rows)
    for row, whole in zip(rows, exact, strict=True):
        assert row["images"] == whole["images"] if row["images_exact"] else row["images"] < whole["images"]
    fleet.engine.dispose()
