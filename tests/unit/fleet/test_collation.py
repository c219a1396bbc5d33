"""A database with the collation of a language, as most PostgreSQL servers have by default: texts compare as in Python."""

import pytest
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, info, pypi

from careen.fleet import search

NAMES = ("open", "Open", "open-a", "open_b", "OPENB", "openssl", "opera", "ope")
VERSION = "4.2.1"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory, postgres_server):
    english = ("--locale-provider=icu", "--icu-locale=en-US", "--template=template0")
    made = fleet_in(tmp_path_factory.mktemp("fleet"), postgres_server.database("english", *english))
    records = [
        advisory(f"{id}-{name}", "9", "PyPI", name.lower(), source="osv") for name in NAMES for id in ("CVE-2026", "cve")
    ]
    database_with(made, [info("PyPI", "osv"), *records], "2026-01-01T00:00:00+00:00")
    owner = pypi("all", "1")
    add_image(made, [owner, *(pypi(name, VERSION, owned_by=owner.purl) for name in NAMES)], 1, add_project(made))
    yield made
    made.engine.dispose()


def test_a_prefix_is_that_of_the_text(fleet):
    with fleet.engine.connect() as connection:
        found = search.packages(connection, 1, search.parsed("package:open*")).rows
    assert {row["name"] for row in found} == {name for name in NAMES if name.startswith("open")}


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_have_each_finding_once(fleet, limit):
    """They are all of one unit, so that the names decide about their order."""
    seen, after = [], ""
    with fleet.engine.connect() as connection:
        for _ in range(100):
            page = search.findings(connection, 1, after=after, limit=limit)
            seen += [(row["vulnerability"], row["package"]) for row in page.rows]
            after = page.next
            if not after:
                break
        whole = search.findings(connection, 1, limit=500).rows
    assert len(set(seen)) == len(seen) == len(whole) > 2 * limit
