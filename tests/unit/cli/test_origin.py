import json

import pytest

np = pytest.importorskip("numpy")

from tests.support.package_index import CODE  # noqa: E402

from careen.cli.main import main  # noqa: E402


@pytest.fixture
def base(tmp_path, capsys):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "code.py").write_text(CODE)
    folder = tmp_path / "base"
    assert main(["origin", "build", "--kb", str(folder), "--from", f"dir:{tmp_path}/lib=demo@1.0"]) == 0
    assert capsys.readouterr().out.startswith("1 project, 1 version\n")
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
