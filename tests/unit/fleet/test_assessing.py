"""Before the first database, packages are assessed by what Careen ships and by the user's own advisories, as a scan does."""

import json
from collections import Counter

import pytest
from msgspec.structs import replace
from tests.support.fleet_units import add_image, add_project, database_with, findings, fleet_in, rows
from tests.support.matching import DEBIAN, advisory, deb, info, pypi

from careen.app.session import Session
from careen.config import settings_of
from careen.errors import DatabaseError
from careen.fleet import rematch, shared_advisories
from careen.fleet.assessing import current_assessor
from careen.fleet.connection import writing
from careen.fleet.tables import event, image, state, unit
from careen.model.finding import Vulnerability
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package, Source

OPENSSL = deb("libssl3", "3.0.8-1", Source("openssl", "3.0.8-1"))  # of the release's first months
DJANGO = pypi()
ALPINE = Distribution("alpine", "3.20")
APK = Package("apk", None, "zlib", "1.2.1", source=Source("zlib", "1.2.1"))


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    made = replace(made, session=lambda: Session(made.settings))  # versions are compared as a scan does
    add_project(made)
    yield made
    made.assessors.close()
    made.engine.dispose()


def scan_of(packages, distribution, tmp_path):
    """What ``careen scan`` says without a database."""
    settings = settings_of({"cache_dir": str(tmp_path / "none"), "offline": True})
    with Session(settings) as session:
        opened = Image("app:1", "image", "", None, ImageConfig(), ())
        return session.scan((opened, Inventory(distribution, tuple(packages))), plan=False)


def counts(fleet):
    return rows(fleet, image, "id", "critical", "high", "medium", "low", "unrated", "fixable", "coverage")


def test_lists_have_what_a_scan_without_a_database_has(fleet, tmp_path):
    add_image(fleet, [OPENSSL, DJANGO], 1, 1)
    report = scan_of([OPENSSL, DJANGO], DEBIAN, tmp_path)
    wanted = {(one.id, one.package) for one in report.findings if isinstance(one, Vulnerability)}
    assert wanted and {row[:2] for row in findings(fleet)} == wanted
    by_severity = Counter(row[2] for row in findings(fleet))
    (row,) = counts(fleet)
    assert sum(row[1:6]) == sum(by_severity.values()) and row[-1] == report.coverage.verdict == "partially_assessed"
    assert dict(rows(fleet, unit, "name", "assessed_by")) == {"libssl3": "shipped", "django": "shipped"}


def test_what_nothing_ships_for_is_not_assessed_and_states_why(fleet, tmp_path):
    add_image(fleet, [APK], 1, 1, distribution=ALPINE)
    assert findings(fleet) == [] and counts(fleet)[0][-1] == "not_assessed"
    assert scan_of([APK], ALPINE, tmp_path).coverage.verdict == "not_assessed"
    assert rows(fleet, unit, "name", "reasons") == [("zlib", "no_database")]


def test_own_advisories_count_without_a_database(fleet, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}]
    affected = [{"package": {"ecosystem": "PyPI", "name": "django"}, "ranges": ranges}]
    record = {"id": "OWN-1", "modified": "2026-01-01T00:00:00Z", "affected": affected}
    (folder / "one.json").write_text(json.dumps(record))
    fleet = replace(fleet, settings=replace(fleet.settings, advisories=folder))
    add_image(fleet, [DJANGO], 1, 1)
    assert [row[0] for row in findings(fleet)] == ["OWN-1"]


def test_the_first_database_assesses_everything_and_makes_no_events(fleet):
    add_image(fleet, [OPENSSL, DJANGO], 1, 1)
    new = database_with(fleet, [advisory(), info(unfixed=True), info("PyPI", "osv")], "2026-11-01T00:00:00Z")
    assert rematch.after_update(fleet, None, new).units == 2
    assert {row[0] for row in findings(fleet)} >= {"CVE-2026-0001"}
    assert set(dict(rows(fleet, unit, "name", "assessed_by")).values()) == {"2026-11-01T00:00:00Z"}
    assert rows(fleet, event, "kind", "vulnerability") == []
    add_image(fleet, [OPENSSL], 2, 1)
    assert counts(fleet)[1][1:-1] == counts(fleet)[0][1:-1]


def test_a_machine_that_lacks_the_database_of_its_fleet_assesses_nothing(fleet):
    with writing(fleet.engine) as connection:
        known = shared_advisories.REMATCH, b'{"build": "2026-11-01T00:00:00Z"}'
        connection.execute(state.insert().values(key=known[0], value=known[1]))
    with pytest.raises(DatabaseError), current_assessor(fleet):
        pass
