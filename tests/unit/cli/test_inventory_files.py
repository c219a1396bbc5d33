"""``careen inventory --files``."""

import json

import pytest
from tests.support.images import File
from tests.unit.layers.test_integrity import PROGRAM, debian

from careen.cli.main import main


@pytest.fixture
def archive(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "root"
    for name, content in (debian({"bin/bash": PROGRAM}) | {"opt/tool": b"tool"}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.data if isinstance(content, File) else content)
        path.chmod(0o755 if isinstance(content, File) else 0o644)
    return str(folder)


def test_the_table_has_counts_and_a_row_for_each_file(archive, capsys):
    assert main(["inventory", archive, "--files", "unexplained,verified", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "1 verified" in out.splitlines()[0]
    assert [line.split()[0] for line in out.splitlines()[3:] if "opt/tool" in line or "bin/bash" in line] == [
        "verified",
        "unexplained",
    ]
    assert "identified" not in "".join(out.splitlines()[3:])


def test_json_has_them_all(archive, capsys):
    assert main(["inventory", "--files", "--format", "json", "--quiet", "--", archive]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "careen.files/1"
    assert {file["path"]: file["state"] for file in found["files"]}["opt/tool"] == "unexplained"
    assert len(found["files"]) == sum(found["counts"][name] for name in ("verified", "listed", "identified", "unexplained"))


@pytest.mark.parametrize("arguments", [["--files", "odd"], ["--files", "--format", "cyclonedx"]])
def test_what_cannot_be_asked_for(archive, arguments, capsys):
    assert main(["inventory", archive, *arguments]) == 2
