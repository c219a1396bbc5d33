from types import SimpleNamespace

import pytest
from tests.support.fleet_units import database_with
from tests.support.matching import advisory, info

from careen.database.by_id import advisories_about

RECORDS = [
    advisory("CVE-2026-0001", package="openssl", fixed="1.2"),
    advisory("DSA-1", package="zlib1g", fixed="9", aliases=("CVE-2026-0001",)),
    advisory("CVE-2026-10001", package="other", fixed="9"),
    info(packages=3),
]


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "advisories.sqlite"
    database_with(SimpleNamespace(settings=None), RECORDS, "2026-11-01T00:00:00Z", place)
    return place


def test_all_packages_of_an_id(path):
    found = {(named.id, named.package) for named in advisories_about(path, {"CVE-2026-0001"}, 10)}
    assert found == {("CVE-2026-0001", "openssl"), ("DSA-1", "zlib1g")}
    assert len(list(advisories_about(path, {"CVE-2026-0001"}, 1))) == 1


def test_an_id_that_nothing_names(path):
    assert list(advisories_about(path, {"CVE-2026-001"}, 10)) == []
    assert list(advisories_about(path, {"x"}, 10)) == []
