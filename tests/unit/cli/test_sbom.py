"""``careen sbom`` and ``careen licenses`` over a small image."""

import json

import pytest

from careen.cli.main import main
from careen.licences.library import entries_by_id


@pytest.fixture
def archive(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "root"
    (folder / "app/node_modules/a").mkdir(parents=True)
    (folder / "app/node_modules/a/package.json").write_text('{"name": "a", "version": "1.0.0", "license": "BSD"}')
    (folder / "app/node_modules/a/LICENSE").write_text("Copyright (c) 2020 A Person\n\n" + entries_by_id()["BSD-2-Clause"].text)
    return str(folder)


def run(capsys, *arguments):
    code = main([*arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("version", ["1.4", "1.7"])
def test_an_sbom_has_the_version_that_is_asked_for(archive, capsys, version):
    code, out, _ = run(capsys, "sbom", archive, "--spec-version", version, "--quiet")
    bom = json.loads(out)
    assert (code, bom["specVersion"]) == (0, version)
    (component,) = [one for one in bom["components"] if one["name"] == "a"]
    assert component["licenses"] == [{"license": {"id": "BSD-2-Clause"}}]


@pytest.mark.parametrize("format", ["cyclonedx-xml", "spdx", "spdx3"])
def test_other_formats(archive, capsys, format):
    code, out, _ = run(capsys, "sbom", archive, "--format", format, "--quiet")
    assert code == 0
    assert "BSD-2-Clause" in out


def test_a_version_that_the_format_does_not_have_is_refused(archive, capsys):
    code, _, err = run(capsys, "sbom", archive, "--format", "spdx", "--spec-version", "1.6")
    assert code == 2
    assert "does not write version '1.6' of spdx" in err


def test_a_profile_lists_what_is_missing(archive, capsys):
    code, out, _ = run(capsys, "sbom", archive, "--profile", "cisa-2025", "--quiet")
    assert code == 1
    assert "missing   hash: 0 of 1 components" in out
    assert "ok        licence: 1 of 1 components" in out
    assert run(capsys, "sbom", archive, "--profile", "ntia", "--supplier", "Example", "--quiet")[0] == 0


def test_licences_as_a_table_json_and_a_notice(archive, capsys):
    _, table, _ = run(capsys, "licenses", archive, "--quiet")
    assert "BSD-2-Clause" in table
    assert "1 with a licence of the SPDX list" in table
    found = json.loads(run(capsys, "licenses", archive, "--format", "json", "--quiet")[1])["packages"][0]
    assert (found["stated"], found["declared"], found["found"]) == (["BSD"], "BSD-3-Clause", "BSD-2-Clause")
    notice = run(capsys, "licenses", archive, "--format", "notice", "--quiet")[1]
    assert "Copyright (c) 2020 A Person" in notice
    assert "Redistribution and use in source and binary forms" in notice


def test_a_scan_finds_what_the_policy_denies(archive, capsys):
    denied = ("--scanners", "licence", "--licence-deny", "BSD-*", "--fail-on", "licence", "--offline", "--quiet")
    code, out, _ = run(capsys, "scan", archive, *denied, "--format", "json")
    (finding,) = json.loads(out)["findings"]
    assert (finding["kind"], finding["expression"], finding["message"]) == ("licence", "BSD-2-Clause", "a 1.0.0: BSD-2-Clause")
    assert code == 1
    assert run(capsys, "scan", archive, *denied, "--licence-except", "a")[0] != 1
