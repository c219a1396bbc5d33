import os

import pytest

from careen.checks import files
from careen.checks.files import MAX_BYTES, find_files
from careen.checks.kinds import kind_of, may_be_checked
from careen.errors import InputError

POD = "apiVersion: v1\nkind: Pod\n"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("Dockerfile", "", "dockerfile"),
        ("build/app.Dockerfile", "", "dockerfile"),
        ("Dockerfile.prod", "", "dockerfile"),
        ("Containerfile", "", "dockerfile"),
        ("stdin", "FROM a\n", "dockerfile"),
        ("pod.yaml", POD, "kubernetes"),
        ("pod.json", '{"apiVersion": "v1", "kind": "Pod"}', "kubernetes"),
        ("compose.yml", "services:\n  a:\n    image: b\n", "compose"),
        ("Dockerfile.dockerignore", "FROM a", None),
        ("Dockerfile.sarif", '\n{"runs": []}', None),
        ("dockerfile.md", "FROM a", None),
        ("values.yaml", "a: b\n", None),
        ("README", "nothing\n", None),
    ],
)
def test_kinds(path, text, kind):
    found = kind_of(path, text)
    assert (found.name if found else None) == kind


def test_names_worth_reading():
    assert all(map(may_be_checked, ("Dockerfile", "x/y.yaml", "a.JSON", "Containerfile.dev")))
    assert not any(map(may_be_checked, ("main.py", "Dockerfile.md", ".dockerignore", "image.tar")))


def test_a_folder_is_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "Dockerfile": "FROM a",
        "k8s/pod.yaml": POD,
        "node_modules/x/Dockerfile": "FROM b",
        ".git/Dockerfile": "FROM c",
        "src/main.py": "",
        ".dockerignore": "secret\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "k8s/pod.yaml")
    found = find_files(["."])
    assert [file.path for file in found.files] == ["Dockerfile", "k8s/pod.yaml"]
    assert found.files[0].ignored == ("secret",)
    assert not found.files[0].named
    assert not found.unknowns
    assert find_files([str(tmp_path / "k8s")]).files[0].path == "k8s/pod.yaml"


def test_a_link_to_what_is_not_checked_in_its_own_place_is_an_unknown(tmp_path, monkeypatch):
    (tmp_path / "outside").mkdir()
    (tmp_path / "tree/own").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "tree")
    (tmp_path / "tree/base.txt").write_text("FROM a")
    (tmp_path / "tree/Dockerfile").symlink_to("base.txt")
    (tmp_path / "tree/missing.yaml").symlink_to("nothing.yaml")
    (tmp_path / "tree/deploy").symlink_to(tmp_path / "outside")
    (tmp_path / "tree/latest").symlink_to("own")
    found = find_files(["."])
    reason = "a symbolic link, which is not followed"
    assert [(one.evidence.path, one.reason) for one in found.unknowns] == [("deploy", reason), ("Dockerfile", reason)]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.txt").write_text("FROM a")
    (file,) = find_files(["odd.txt", "./odd.txt"]).files
    assert (file.path, file.named) == ("odd.txt", True)


def test_what_cannot_be_read_is_an_unknown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_bytes(b"\x7fELF\0\xff")
    with (tmp_path / "big.yaml").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    os.mkfifo(tmp_path / "pipe.yaml")
    found = find_files(["."])
    assert not found.files
    reasons = {unknown.evidence.path: unknown.reason for unknown in found.unknowns}
    assert "larger" in reasons["big.yaml"]
    assert reasons["pipe.yaml"] == "not a regular file"
    assert "Dockerfile" in reasons


def test_a_path_that_is_not_there():
    with pytest.raises(InputError, match="does not exist"):
        find_files(["/no/such/place"])


def test_a_dockerfile_of_an_old_encoding_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\nLABEL by=Andr\xe9\n")
    (tmp_path / "a.yaml").write_bytes(POD.replace("\n", "\0\n").encode())
    (tmp_path / "b.yaml").write_bytes(POD.encode("utf-16"))
    found = find_files(["."])
    assert [file.text.splitlines()[0] for file in found.files] == ["FROM a", POD.splitlines()[0]]
    assert [(one.evidence.path, one.reason) for one in found.unknowns] == [("a.yaml", "not UTF-8 or UTF-16 text")]


def test_a_nul_in_a_comment_hides_no_dockerfile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_bytes(b"# \0\nFROM a\nUSER root\n")
    found = find_files(["."])
    assert ([file.text for file in found.files], found.unknowns) == (["# \0\nFROM a\nUSER root\n"], ())


def test_files_over_the_limit_leave_the_check_incomplete(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "MAX_FILES", 1)
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text(POD)
    found = find_files(["."])
    assert [file.path for file in found.files] == ["a.yaml"]
    assert [(one.evidence.path, one.whole_layer) for one in found.unknowns] == [("b.yaml", True)]
