import pytest

from careen.app.plugin_folders import use_plugin_folders
from careen.config import Settings
from careen.errors import UsageError


def test_without_folders_nothing_happens(tmp_path):
    use_plugin_folders(Settings(cache_dir=tmp_path))


def test_a_folder_without_plugins_is_an_error(tmp_path):
    with pytest.raises(UsageError, match=str(tmp_path)) as caught:
        use_plugin_folders(Settings(cache_dir=tmp_path, plugins=(tmp_path,)))
    assert "catalogers/x.py" in caught.value.hint
