import json

import pytest

from careen.app import mirroring
from careen.cli.main import main
from careen.database.mirroring import Laid

NEW = Laid("kev", "kev/x.json", "new", size=2_000_000, as_of="2026-01-02")
FAILED = Laid("osv", "osv/npm/all\x1b.zip", "failed", "the server answered 503", 3_000_000, "2026-01-01")


@pytest.fixture
def asked(monkeypatch):
    found = {"laid": (NEW,)}

    def fake(folder, settings, progress, *, wanted, full):
        found.update(folder=folder, wanted=wanted, full=full)
        return found["laid"]

    monkeypatch.setattr(mirroring, "mirror_feeds", fake)
    return found


def test_each_feed_is_reported(asked, capsys):
    assert main(["db", "mirror", "there", "debian:12", "npm", "--full"]) == 0
    assert (str(asked["folder"]), asked["wanted"], asked["full"]) == ("there", ["debian:12", "npm"], True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["kev/x.json", "new", "2.0", "MB", "2026-01-02"]
    assert lines[-1] == "1 new; 2.0 MB"


def test_a_failure_is_named_and_ends_with_3(asked, capsys):
    asked["laid"] = (NEW, FAILED)
    assert main(["db", "mirror", "there"]) == 3
    out, err = capsys.readouterr()
    assert "failed" in out
    assert "503" in err
    assert "\x1b" not in out + err


def test_for_programs(asked, capsys):
    asked["laid"] = (NEW, FAILED)
    assert main(["db", "mirror", "there", "--format", "json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in document["feeds"]] == ["new", "failed"]


def test_nothing_at_all_is_no_success(asked):
    asked["laid"] = (Laid("kev", "kev/x.json", "absent", "404"),)
    assert main(["db", "mirror", "there"]) == 3


def test_what_is_asked_wrongly(tmp_path):
    assert main(["db", "mirror"]) == 2
    assert main(["db", "mirror", str(tmp_path / "x"), "nmp"]) == 2
    assert main(["db", "mirror", str(tmp_path / "x"), "--from", "elsewhere"]) == 2
    assert not (tmp_path / "x").exists()
