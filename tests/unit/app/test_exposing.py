import pytest
from msgspec.structs import replace

from careen.app.exposing import around, exposure
from careen.config import Settings
from careen.errors import InputError, UsageError
from tests.support.reports import usual

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


TWO = """\
services:
  web:
    image: shop/service:1.4
    ports: ["80:80"]
  other:
    image: other
    ports: ["90:90"]
"""


def test_the_paths_around_an_image_are_those_of_its_containers(tmp_path):
    (tmp_path / "compose.yaml").write_text(TWO, "utf-8")
    image = replace(usual().image, reference="docker.io/shop/service:1.4")
    found = around(replace(usual(), image=image), (tmp_path,))
    assert [node.name for node in found.nodes] == ["Internet", "web"]
    assert (found.nodes[1].runs_image, found.total) == (True, 1)
    bare = around(replace(usual(), image=image, findings=()), (tmp_path,))
    assert found.paths[0].score > bare.paths[0].score  # its vulnerabilities count
    tagged = replace(image, reference="image.tar", tag="shop/service:1.4")
    assert around(replace(usual(), image=tagged), (tmp_path,)) == found
    unknown = around(replace(usual(), image=replace(image, reference="shop/service:1.5", tag="")), (tmp_path,))
    assert sorted(node.name for node in unknown.nodes) == ["Internet", "other", "web"]


def test_there_have_to_be_containers_in_the_files(tmp_path):
    (tmp_path / "note.txt").write_text("nothing", "utf-8")
    with pytest.raises(InputError, match="no containers in "):
        around(usual(), (tmp_path,))
