from pathlib import Path

import pytest

from careen.api import UsageError, make_settings
from careen.api.settings import chosen, reference_of


def test_a_scan_waits_for_advisories_by_default():
    assert make_settings().refresh == "wait"
    assert make_settings(refresh="never").refresh == "never"


def test_settings_or_options():
    settings = make_settings(offline=True)
    assert chosen(settings, {}) is settings
    assert chosen(None, {"fail_on": "high,kev"}).fail_on == ("high", "kev")
    with pytest.raises(UsageError, match="offline given beside settings"):
        chosen(settings, {"offline": True})


def test_a_name_that_does_not_exist():
    with pytest.raises(UsageError, match="unknown setting 'fail_onn'"):
        make_settings(fail_onn="high")


def test_a_path_object_is_a_path_in_every_setting():
    made = make_settings(db_from=Path("feeds"), cache_dir=Path("cache"))
    assert (made.db_from, made.cache_dir) == ("feeds", Path("cache"))


@pytest.mark.parametrize(("given", "reference"), [("alpine", "alpine"), (Path("alpine"), "./alpine"), (Path("/a/b"), "/a/b")])
def test_a_path_object_is_no_name_of_an_image(given, reference):
    assert reference_of(given) == reference
