import json

import pytest
from tests.support.valid_documents import cyclonedx, openvex

pytest.importorskip("jsonschema_rs")

from careen.app.validating import KINDS
from careen.cli import validate
from careen.cli.main import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.json").write_text(json.dumps(cyclonedx()))
    (tmp_path / "bad.json").write_text(json.dumps(openvex(status="affected", action="::set-output\n")))
    (tmp_path / "other").write_text("hello")
    return tmp_path


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["good.json"], 0),
        (["bad.json"], 1),
        (["good.json", "bad.json"], 1),
        (["bad.json", "other"], 3),
        (["absent"], 3),
        ([], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_document(folder, files, code):
    assert main(["validate", *files]) == code


def test_each_problem_has_its_place(folder, capsys):
    main(["validate", "good.json", "bad.json"])
    assert capsys.readouterr().out.splitlines() == [
        "good.json: CycloneDX 1.6 (JSON), valid",
        "bad.json: OpenVEX 0.2.0 (JSON), 2 problems",
        "  /statements/0: unknown properties: 'action'",
        "  /statements/0: 'action_statement' is missing",
    ]


def test_json_has_the_same(folder, capsys):
    main(["validate", "good.json", "bad.json", "other", "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == validate.SCHEMA
    assert [(one["file"], one["valid"], len(one["problems"])) for one in found["documents"]] == [
        ("good.json", True, 0),
        ("bad.json", False, 2),
    ]


def test_hostile_names_stay_text(folder, capsys):
    (folder / "x.json").write_text(json.dumps(cyclonedx(**{"::error::\x1b[31m": 1})))
    main(["validate", "x.json"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert " ::error::" not in out


def test_the_kinds_are_those_of_the_library():
    assert validate.KINDS == KINDS
