import pytest

from careen.api.settings import make_settings
from careen.app.behaviour import behaviour_of, drift_between
from careen.errors import InputError

OLD = b"import zlib\n"
NEW = b"import base64\nexec(base64.b64decode(X))\n"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path / "cache"))
    return make_settings(no_cache=True)


def folder(tmp_path, name, data):
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.py").write_bytes(data)
    return str(tmp_path / name)


def test_a_folder(tmp_path, settings):
    found = behaviour_of(folder(tmp_path, "new", NEW), settings)
    assert "CAP-101" in {finding.id for finding in found.findings}
    assert found.examined.files == 1
    assert found.summary.index > 0


def test_two_folders(tmp_path, settings):
    old, new = folder(tmp_path, "old", OLD), folder(tmp_path, "new", NEW)
    (drift,), unknowns = drift_between(old, new, settings)
    assert (drift.path, drift.chains, drift.severity) == ("a.py", ("CAP-101",), "high")
    assert unknowns == []
    assert drift_between(old, old, settings)[0] == []


def test_an_sbom_contains_no_files(tmp_path, settings):
    path = tmp_path / "a.json"
    path.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}')
    with pytest.raises(InputError, match="no files"):
        behaviour_of(str(path), settings)
