"""Every command that reads a report or an SBOM answers a bad one with one clear line, a hint and an exit code."""

import json

import pytest
from tests.support.reports import usual
from tests.support.written import written

from careen.cli.main import main
from careen.reports.json import REPORTER

REPORT = json.loads(written(REPORTER, usual()))
COMMANDS = {
    "convert": ("convert", "BAD", "--to", "sarif"),
    "diff": ("diff", "BAD", "GOOD"),
    "baseline": ("scan", "purls", "--offline", "--baseline", "BAD"),
    "reconcile": ("reconcile", "purls", "--with", "BAD", "--offline"),
    "sbom": ("scan", "sbom:BAD", "--offline"),
    "validate": ("validate", "BAD"),
}


def changed(**changes):
    return json.dumps({**REPORT, **changes})


def finding(**changes):
    return changed(findings=[{**REPORT["findings"][0], **changes}])


NEVER = {  # a document of no kind
    "empty": "",
    "null": "null",
    "a list": json.dumps([REPORT]),
    "truncated": changed()[:3000],
    "deep lists": "[" * 100_000,
    "deep objects": '{"a":' * 100_000,
    "binary": "\0\1\2" * 1000,
    "a number": "7",
}
REPORTS = {
    "a later version": changed(schema="careen.report/2"),
    "a schema of another type": changed(schema=1),
    "no findings": json.dumps({key: value for key, value in REPORT.items() if key != "findings"}),
    "findings of another type": changed(findings={"a": 1}),
    "a severity that there is not": finding(severity="huge"),
    "a number too large": finding().replace('"risk": 9', '"risk": 1e999999, "later": 9'),
}
SBOMS = {
    "a later CycloneDX": json.dumps({"bomFormat": "CycloneDX", "specVersion": "2.0", "components": []}),
    "components of another type": json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": {"a": 1}}),
    "a later SPDX": json.dumps({"spdxVersion": "SPDX-9.9", "packages": []}),
    "packages of another type": json.dumps({"spdxVersion": "SPDX-2.3", "packages": {"a": 1}}),
    "not of Syft": json.dumps({"artifacts": "x", "schema": {"version": "99"}, "source": 1}),
    "not of GitHub": json.dumps({"version": 99, "manifests": [1]}),
}
CASES = [
    *((command, name, text) for command in COMMANDS for name, text in NEVER.items()),
    *((command, name, text) for command in ("convert", "diff", "baseline") for name, text in REPORTS.items()),
    *((command, name, text) for command in ("sbom", "reconcile") for name, text in SBOMS.items()),
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.json").write_text(changed())
    (tmp_path / "list.purls").write_text("pkg:npm/left-pad@1.0.0\n")
    return tmp_path


def run(command, bad):
    words = {"BAD": bad, "sbom:BAD": f"sbom:{bad}", "GOOD": "good.json", "purls": "./list.purls"}
    return main([words.get(word, word) for word in COMMANDS[command]])


@pytest.mark.parametrize(("command", "name", "text"), CASES, ids=[f"{command}: {name}" for command, name, _ in CASES])
def test_one_clear_line(command, name, text, folder, capsys):
    (folder / "bad.json").write_text(text)
    assert run(command, "bad.json") in (2, 3)
    printed = capsys.readouterr()
    errors = [line for line in printed.err.splitlines() if line.startswith("careen: error: ")]
    assert printed.out == ""
    assert len(errors) == 1
    assert "bad.json" in errors[0]
    assert "unexpected" not in errors[0].partition("bad.json")[0]  # an error that nobody foresaw


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_not_there(command, folder, capsys):
    (folder / "folder.json").mkdir()
    for bad in ("missing.json", "folder.json"):
        assert run(command, bad) in (2, 3)
        assert capsys.readouterr().err.count("careen: error: ") == 1


def test_unknown_keys_are_passed_over(folder, capsys):
    (folder / "bad.json").write_text(changed(later={"a": 1}, findings=[{**one, "later": 1} for one in REPORT["findings"]]))
    assert run("convert", "bad.json") == 0
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert {result["partialFingerprints"]["careenFingerprint/v1"] for result in results} >= {
        one["fingerprint"] for one in REPORT["findings"]
    }
