"""The folders of a fleet."""

from careen.config import settings_of
from careen.fleet.start import opened


def test_the_cache_is_beside_the_data_unless_another_folder_is_named(tmp_path):
    settings = settings_of({"cache_dir": str(tmp_path / "unused")})
    for named, used in ((None, tmp_path / "data/cache"), (tmp_path / "other", tmp_path / "other")):
        with opened(None, tmp_path / "data", settings, 1, cache=named) as fleet:
            assert fleet.settings.cache_dir == used
        assert used.is_dir() and used.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "unused").exists()
