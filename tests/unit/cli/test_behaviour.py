import json

import pytest
from msgspec.structs import replace

from careen.app import behaviour
from careen.app.behaviour import Behaviour
from careen.behaviour.drift import Drift
from careen.behaviour.rules import Rule, found
from careen.cli.behaviour import MAX_PLACES, MAX_REASONS
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
DRIFT = Drift("lib.so", "pkg:deb/a@2%2Bb1?arch=amd64", "pkg:deb/a@1", ("code/resolve",), ("CAP-109",), 48.0)


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    asked = []
    monkeypatch.setattr(behaviour, "behaviour_of", lambda *words, **more: asked.append((words[0], more)) or FOUND)
    monkeypatch.setattr(behaviour, "drift_between", lambda old, new, *_: asked.append((old, new)) or ([DRIFT], []))
    return asked


def test_a_table(capsys, fake):
    assert main(["behaviour", "shop:1", "--all-files"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "shop:1: 1 of 4 programs without protection, index 4 of 100 (hardening 4)",
        "",
        "low  HRD-004  program at a fixed address",
        "  /opt/tool",
        "  fix: fix",
        "",
        "not assessed, for 1 reason:",
        "  /a: cut",
    ]
    assert fake == [("shop:1", {"all_files": True})]


def test_a_place_is_shown_once(capsys, monkeypatch):
    code = found(Rule("COD-002", "Text evaluated as code", "medium", "why", "fix"), "srv/a.js", "eval of a text", line=7)
    ended = found(Rule("LIF-003", "Distribution past its end of support", "high", "why", "fix"), "", "updates ended")
    monkeypatch.setattr(behaviour, "behaviour_of", lambda *_, **__: replace(FOUND, findings=(FINDING, code, ended)))
    assert main(["behaviour", "shop:1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [lines[at] for at in (3, 7, 11)] == ["  /opt/tool", "  eval of a text (/srv/a.js:7)", "  updates ended"]


def test_places_of_a_sign_are_together_and_bounded(capsys, monkeypatch):
    tool = Rule("HRD-004", "program at a fixed address", "low", "why", "fix")
    places = [found(tool, f"opt/{number}", f"/opt/{number}\x1b[2J") for number in range(MAX_PLACES + 2)]
    unknowns = (*FOUND.unknowns, *FOUND.unknowns) * MAX_REASONS
    monkeypatch.setattr(behaviour, "behaviour_of", lambda *_, **__: replace(FOUND, findings=tuple(places), unknowns=unknowns))
    assert main(["behaviour", "shop:1"]) == 0
    text = capsys.readouterr().out
    assert text.count("HRD-004") == text.count("fix: fix") == 1
    assert text.count("  /opt/") == MAX_PLACES
    assert "  and 2 more (--format json lists them)" in text
    assert f"  and {MAX_REASONS} more" in text
    assert "\x1b" not in text


def test_json(capsys):
    assert main(["behaviour", "shop:1", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "careen.behaviour/1"
    assert document["findings"][0]["id"] == "HRD-004"


def test_a_diff(capsys, fake):
    assert main(["behaviour", "diff", "a", "b"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "high      score   48  /lib.so",
        "  deb a 1 -> deb a 2+b1",
        "  can now: CAP-109, code/resolve",
    ]
    assert main(["behaviour", "diff", "a", "b", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["drifts"][0]["severity"] == "high"
    assert fake == [("a", "b"), ("a", "b")]


@pytest.mark.parametrize("words", [["diff", "a"], ["a", "b"], ["diff"]])
def test_wrong_words(words, capsys):
    assert main(["behaviour", *words]) == 2
    assert "careen behaviour" in capsys.readouterr().err
