import json
import tarfile

import pytest

np = pytest.importorskip("numpy")

from tests.support.package_index import CODE, Web  # noqa: E402
from tests.unit.origin.fetch.test_deb import MORE  # noqa: E402
from tests.unit.origin.test_learning import BOUND, PARSE, PATCH  # noqa: E402

from careen.cli.main import main  # noqa: E402


@pytest.fixture
def base(tmp_path, capsys):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "code.py").write_text(CODE)
    folder = tmp_path / "base"
    assert main(["origin", "build", "--kb", str(folder), "--from", f"dir:{tmp_path}/lib=demo@1.0"]) == 0
    assert capsys.readouterr().out.startswith("1 project, 1 version, ")
    return folder


def test_code_in_a_folder_is_identified(base, tmp_path, capsys):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "copied.py").write_text(f"# ours\n{CODE}")
    (tmp_path / "app" / "own.py").write_text("def main():\n    print('hello')\n" * 30)
    assert main(["origin", "identify", "--kb", str(base), str(tmp_path / "app"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (component,) = found["components"]
    assert (component["project"], component["versions"], component["path"]) == ("demo", ["1.0"], "copied.py")
    assert (component["confidence"], component["modified"], found["unexplained"]) == ("exact", False, 1)
    assert main(["origin", "identify", "--kb", str(base), str(tmp_path / "app")]) == 0
    assert "demo 1.0  copied.py\n    exact, as published: 1 of 1 files" in capsys.readouterr().out


def test_without_a_base_it_asks_those_of_a_scan(base, tmp_path, capsys, monkeypatch):
    (tmp_path / "copied.py").write_text(CODE)
    monkeypatch.setattr("careen.app.origin.SHIPPED", base)
    for line in (["origin", "identify", str(tmp_path / "copied.py")], ["origin", str(tmp_path / "copied.py")]):
        assert main(line) == 0
        assert "demo nearest known 1.0" in capsys.readouterr().out, "the one that ships has few versions"
    assert main(["origin", "stats"]) == 0
    assert capsys.readouterr().out.startswith("1 project, 1 version, ")
    monkeypatch.setattr("careen.app.origin.SHIPPED", tmp_path / "none")
    assert main(["origin", "identify", str(tmp_path)]) == 2
    assert "careen origin identify needs a knowledge base" in capsys.readouterr().err
    assert main(["origin", "build", "--from", "pypi:demo"]) == 2
    assert "careen origin build needs a knowledge base" in capsys.readouterr().err


def test_an_archive_is_not_one_file_of_code(base, tmp_path, capsys):
    with tarfile.open(tmp_path / "image.tar", "w") as archive:
        archive.add(base / "manifest.json")
    assert main(["origin", "identify", "--kb", str(base), str(tmp_path / "image.tar")]) == 3
    assert "image.tar is an archive" in capsys.readouterr().err


def test_the_content_of_a_base(base, capsys):
    assert main(["origin", "show", "demo", "--kb", str(base), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"project": "demo", "purls": [], "versions": ["1.0"]}
    assert main(["origin", "stats", "--kb", str(base), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["projects"] == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["identify", "."], "not a knowledge base"),
        (["build"], "no source is named"),
        (["build", "--from", "nonsense"], "is not a source"),
        (["build", "--list", "/nowhere/list"], "No such file"),
    ],
)
def test_mistakes(tmp_path, capsys, arguments, text):
    assert main(["origin", *arguments, "--kb", str(tmp_path / "none")]) in (2, 3)
    assert text in capsys.readouterr().err


def test_mistakes_with_a_base(base, capsys):
    assert main(["origin", "identify", "--kb", str(base)]) == 2
    assert "needs an argument" in capsys.readouterr().err
    assert main(["origin", "show", "other", "--kb", str(base)]) in (2, 3)
    assert "other is not in the knowledge base" in capsys.readouterr().err
    assert main(["origin", "identify", "--kb", str(base), "/nowhere"]) in (2, 3)
    assert "no such file or folder" in capsys.readouterr().err


def test_a_project_that_no_index_has_is_named_and_ends_with_3(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("careen.app.origin.fetcher_of", lambda settings: Web({}))
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    assert main(["origin", "build", "--kb", str(tmp_path / "base"), "--from", "pypi:nothing"]) == 3
    assert (
        "skipped pypi:nothing: https://index.example/simple/nothing/: the index has no such project" in capsys.readouterr().err
    )


def test_files_that_are_not_read_count_as_unidentified(base, tmp_path, capsys, monkeypatch):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "copied.py").write_text(CODE)
    monkeypatch.setattr("careen.app.origin.MAX_FILE_BYTES", 100)
    assert main(["origin", "identify", "--kb", str(base), str(tmp_path / "app"), "--format", "json"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert (found["components"], found["unexplained"]) == ([], 1)
    assert "copied.py is not read: it is over" in printed.err


def test_a_folder_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "code.py").write_text(CODE)
    source = f"dir:{tmp_path}/code.py=demo@1"
    assert main(["origin", "build", "--kb", str(tmp_path / "file" / "base"), "--from", source]) in (2, 3)
    assert "choose another folder with --kb" in capsys.readouterr().err


def test_a_base_is_exported_imported_and_merged(base, tmp_path, capsys):
    other, file, again, both = (str(tmp_path / name) for name in ("other", "file", "again", "both"))
    assert main(["origin", "build", "--kb", other, "--from", f"dir:{tmp_path}/lib=second@2.0"]) == 0
    assert main(["origin", "export", file, "--kb", other]) == 0
    capsys.readouterr()
    assert main(["origin", "import", file, "--kb", again]) == 0
    assert capsys.readouterr().out.endswith("(not signed: it adds findings, and suppresses none)\n")
    assert main(["origin", "merge", str(base), again, "--kb", both]) == 0
    assert capsys.readouterr().out.startswith("2 projects, 2 versions, ")
    assert main(["origin", "identify", "--kb", str(base), "--kb", again, "--format", "json", str(tmp_path / "lib")]) == 0
    assert json.loads(capsys.readouterr().out)["components"][0]["fixes"] == []
    assert main(["origin", "stats", "--kb", str(base), "--kb", again]) == 2
    assert main(["origin", "merge", "--kb", both]) == 2


def test_fixes_of_a_folder_with_patches(tmp_path, capsys):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "code.c").write_bytes(PARSE + MORE)
    (tmp_path / "lib" / "CVE-2024-1111.patch").write_bytes(PATCH.replace(b"lib/code.c", b"code.c"))
    (tmp_path / "app").mkdir()
    assert main(["origin", "build", "--kb", str(tmp_path / "kb"), "--from", f"dir:{tmp_path}/lib=demo@1.0"]) == 0
    assert "1 project, 1 version, fixes of 1 vulnerability, 0.0 MB\n" in capsys.readouterr().out
    for content, state in ((PARSE, "vulnerable"), (BOUND, "fixed")):
        (tmp_path / "app" / "mine.c").write_bytes(content + MORE)
        assert main(["origin", "identify", "--kb", str(tmp_path / "kb"), str(tmp_path / "app")]) == 0
        assert f"    {state}, by its code: CVE-2024-1111\n" in capsys.readouterr().out
        assert main(["origin", "identify", "--kb", str(tmp_path / "kb"), str(tmp_path / "app"), "--format", "json"]) == 0
        (fix,) = json.loads(capsys.readouterr().out)["components"][0]["fixes"]
        assert (fix["cve"], fix["state"], fix["trusted"]) == ("CVE-2024-1111", state, False)
