import io
import json
import sys

import pytest
from tests.unit.app.test_caching import PLACES, PROTECTED, put, there

from careen.cli.main import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    path = tmp_path / "cache"
    path.mkdir(mode=0o700)
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(path))
    for place in PLACES:
        put(path, place, days=5)
    return path


def ran(capsys, *arguments):
    code = main(["cache", *arguments])
    return (code, *capsys.readouterr())


def answers(monkeypatch, text):
    stream = io.StringIO(text)
    stream.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", stream)


def test_the_list_of_what_the_cache_contains(folder, capsys):
    code, out, err = ran(capsys)
    assert (code, err) == (0, "")
    assert out == ran(capsys, "list")[1]
    rows = {line.split()[0]: line.split() for line in out.splitlines()[3:] if line and not line.startswith("1.9")}
    assert rows["images"][1:6] == ["1", "100", "B", "10.7", "GB"]
    assert out.splitlines()[-1] == "1.9 kB in all"
    assert ran(capsys, "size")[1] == "1900\n"


def test_for_programs(folder, capsys):
    document = json.loads(ran(capsys, "--format", "json")[1])
    assert (document["schema"], document["size"], document["folder"]) == ("careen.cache/1", 1900, str(folder))
    assert {one["kind"]: one["removable"] for one in document["kinds"]}["database"] is False
    freed = json.loads(ran(capsys, "prune", "--older-than", "1", "images", "--format", "json")[1])
    assert freed["freed"] == [{"kind": "images", "count": 1, "size": 100}]
    assert freed["left"] == []


def test_prune(folder, capsys):
    assert ran(capsys, "prune")[1].splitlines() == ["freed 0 B"]
    lines = ran(capsys, "prune", "--older-than", "3", "--dry-run", "images", "logs")[1].splitlines()
    assert lines[-1] == "would free 200 B"
    assert ran(capsys, "prune", "--max-size", "1K", "images")[1].splitlines() == ["freed 0 B"]
    assert ran(capsys, "prune", "--max-size", "1850")[1].splitlines()[-1] == "freed 100 B"


def test_clear_asks(folder, capsys, monkeypatch):
    before = there(folder)
    answers(monkeypatch, "n\n")
    code, out, err = ran(capsys, "clear")
    assert (code, out, there(folder)) == (0, "", before)
    assert "everything but the database in use (1.3 kB)? [y/N]" in err
    answers(monkeypatch, "y\n")
    assert ran(capsys, "clear")[1].splitlines()[-1] == "freed 1.3 kB"
    assert there(folder) == PROTECTED


def test_clear_without_a_terminal_is_refused(folder, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    before = there(folder)
    code, _, err = ran(capsys, "clear")
    assert (code, there(folder)) == (2, before)
    assert "--yes" in err
    assert ran(capsys, "clear", "--yes", "exports")[0] == 0
    assert before - there(folder) == {"exports/docker/x.tar", "exports/docker/x.tar.seal"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("prune", "database"), ("prune", "other"), ("list", "images"), ("size", "images"),
        ("clear", "--yes", "--older-than", "3"), ("list", "--max-size", "3"), ("prune", "--max-size", "x"),
        ("prune", "--older-than", "-1"), ("prune", "--older-than", "nan"), ("remove",),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly(folder, capsys, arguments):
    before = there(folder)
    code, _, err = ran(capsys, *arguments)
    assert (code, there(folder)) == (2, before)
    assert err.startswith("careen: error: ")
