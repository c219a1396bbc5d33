import json

import pytest
from msgspec.structs import replace

from careen.app import behaviour
from careen.app.behaviour import Behaviour
from careen.behaviour.drift import Drift
from careen.behaviour.rules import Rule, found
from careen.cli.main import main
from careen.model.behaviour import BehaviourSummary, Examined, PartScore
from careen.model.hardening import Hardening
from careen.model.inventory import Unknown
from careen.model.package import Evidence

FINDING = found(Rule("HRD-004", "program at a fixed address", "low", "why", "fix"), "opt/tool", "/opt/tool")
FOUND = Behaviour(
    "shop:1",
    BehaviourSummary(4, 1, parts=(PartScore("hardening", 1, 4),), index=4),
    (FINDING,),
    Examined(),
    Hardening(),
    (Unknown("behaviour:capabilities", Evidence("a", 0), "cut"),),
)
DRIFT = Drift("lib.so", "pkg:deb/a@2", "pkg:deb/a@1", ("code/resolve",), ("CAP-109",), 48.0)


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    asked = []
    monkeypatch.setattr(behaviour, "behaviour_of", lambda *words, **more: asked.append((words[0], more)) or FOUND)
    monkeypatch.setattr(behaviour, "drift_between", lambda old, new, *_: asked.append((old, new)) or ([DRIFT], []))
    return asked


def test_a_table(capsys, fake):
    assert main(["behaviour", "shop:1", "--all-files"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "shop:1: behaviour: 1 of 4 programs without protection, index 4 of 100 (hardening 4)",
        "",
        "SEVERITY  ID       WHAT                        WHERE",
        "low       HRD-004  program at a fixed address  /opt/tool",
        "",
        "1 file could not be read completely (--format json lists them)",
    ]
    assert fake == [("shop:1", {"all_files": True})]


def test_a_place_is_shown_once(capsys, monkeypatch):
    code = found(Rule("COD-002", "Text evaluated as code", "medium", "why", "fix"), "srv/a.js", "eval of a text", line=7)
    ended = found(Rule("LIF-003", "Distribution past its end of support", "high", "why", "fix"), "", "updates ended")
    monkeypatch.setattr(behaviour, "behaviour_of", lambda *_, **__: replace(FOUND, findings=(FINDING, code, ended)))
    assert main(["behaviour", "shop:1"]) == 0
    assert [line.split("  ")[-1] for line in capsys.readouterr().out.splitlines()[3:6]] == [
        "/opt/tool",
        "/srv/a.js:7: eval of a text",
        "updates ended",
    ]


def test_json(capsys):
    assert main(["behaviour", "shop:1", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "careen.behaviour/1"
    assert document["findings"][0]["id"] == "HRD-004"


def test_a_diff(capsys, fake):
    assert main(["behaviour", "diff", "a", "b"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "high      48     /lib.so of pkg:deb/a@2  CAP-109, code/resolve"
    assert main(["behaviour", "diff", "a", "b", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["drifts"][0]["severity"] == "high"
    assert fake == [("a", "b"), ("a", "b")]


@pytest.mark.parametrize("words", [["diff", "a"], ["a", "b"], ["diff"]])
def test_wrong_words(words, capsys):
    assert main(["behaviour", *words]) == 2
    assert "careen behaviour" in capsys.readouterr().err
