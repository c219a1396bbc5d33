import pytest
from msgspec.structs import replace

from careen.app.exposing import exposure
from careen.config import Settings
from careen.errors import InputError, UsageError

COMPOSE = 'services:\n  web: {image: "shop:1", ports: ["80:80"], privileged: true}\n'


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return Settings(cache_dir=tmp_path / "cache", offline=True, refresh="never")


def test_paths_are_ranked_and_no_image_is_scanned(settings):
    found = exposure(["compose.yaml"], settings)
    assert found.exit_code == 0
    assert found.paths


def test_a_gate_fails_from_its_severity_on(settings):
    assert exposure(["compose.yaml"], replace(settings, fail_on=("low",))).exit_code == 1


@pytest.mark.parametrize("condition", ["kev", "hgih", "unknown", ""])
def test_paths_have_only_a_severity(settings, condition):
    with pytest.raises(UsageError, match="paths have only a severity"):
        exposure(["compose.yaml"], replace(settings, fail_on=(condition,)))


def test_a_stand_in_is_for_an_image_that_a_file_names(settings):
    with pytest.raises(UsageError, match="no file names that image"):
        exposure(["compose.yaml"], settings, stand_ins={"shop": "./image.tar"})


def test_an_image_that_cannot_be_scanned_does_not_stop_the_others(settings):
    found = exposure(["compose.yaml"], settings, stand_ins={"shop:1": "./gone.tar"})
    assert "gone.tar does not exist" in str(found)


def test_files_without_containers(settings, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no containers in empty"):
        exposure(["empty"], settings)
