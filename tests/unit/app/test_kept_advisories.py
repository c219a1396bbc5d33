import pytest

import careen
from careen.app.databases import update_database
from careen.app.kept_advisories import KeptAdvisories
from careen.model.inventory import Inventory
from careen.model.package import Package
from tests.support.command import ADVISORIES
from tests.support.feeds import whole_mirror

INVENTORY = Inventory(None, (Package("pypi", None, "harbour-crane", "1.0"), Package("pypi", None, "requests", "2.30.0")), (), 1)


@pytest.fixture
def cache(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    return folder


def kept(cache, **options):
    return KeptAdvisories(careen.make_settings(cache_dir=str(cache), offline=True, **options))


def fill(cache, mirror):
    update_database(careen.make_settings(cache_dir=str(cache), db_from=str(mirror)))


def test_without_a_database_nothing_is_assessed(cache):
    assert kept(cache).matched(INVENTORY) is None


def test_it_is_opened_once_and_again_after_an_update(cache, tmp_path):
    advisories = kept(cache)
    assert advisories.matched(INVENTORY) is None
    mirror = whole_mirror(tmp_path / "mirror")
    fill(cache, mirror)
    first = advisories.matched(INVENTORY)
    assert {finding.package_name for finding in first.findings} == {"harbour-crane"}
    advisories.matched(INVENTORY)
    assert advisories.opened == 1
    path = cache / "database" / "advisories.sqlite"
    copy = path.with_name("other")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    advisories.matched(INVENTORY)
    assert advisories.opened == 2
    advisories.close()


def test_a_damaged_one_is_none(cache, tmp_path):
    path = cache / "database" / "advisories.sqlite"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"x" * 9000)
    assert kept(cache).matched(INVENTORY) is None


def test_the_users_own_advisories_count(cache):
    found = kept(cache, advisories=str(ADVISORIES)).matched(INVENTORY)
    assert {finding.id for finding in found.findings} == {"CVE-2023-32681"}
