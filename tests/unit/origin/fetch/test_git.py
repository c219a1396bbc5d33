"""Tags of a clone: nothing of the clone is run."""

import subprocess

import pytest

np = pytest.importorskip("numpy")

from tests.support.package_index import CODE, Web  # noqa: E402

from careen.errors import InputError  # noqa: E402
from careen.origin.collect import collect, spec_of  # noqa: E402
from careen.origin.fetch import git  # noqa: E402


@pytest.fixture
def clone(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "demo"
    folder.mkdir()

    def run(*arguments):
        subprocess.run(
            ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
            check=True,
            capture_output=True,
        )

    run("init", "-q")
    for number, tag in enumerate(("v1.2", "demo-1_10", "release-1.9.1", "v2.0-rc1", "latest")):
        (folder / "code.py").write_text(f"{CODE}\nN = {number}\n")
        (folder / "a name").write_text("text")
        run("add", ".")
        run("commit", "-q", "-m", tag)
        run("tag", *(("-a", "-m", "x", tag) if number % 2 else (tag,)))
    return folder


def test_releases_of_a_clone(tmp_path, clone):
    base, skipped = collect(tmp_path / "kb", [spec_of(f"git:{clone}")], Web({}))
    assert ([(project.name, project.versions) for project in base.projects], skipped) == (
        [("git:demo", ("1.2", "1.9.1", "1.10"))],
        (),
    )
    base, _ = collect(tmp_path / "kb", [spec_of(f"git:{clone}=other@1.9")], Web({}))
    assert [(project.name, project.versions) for project in base.projects] == [("git:other", ("1.9.1",))]


def test_nothing_of_a_clone_is_run(tmp_path, clone):
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    with (clone / ".git" / "config").open("a") as file:
        file.write(
            f"[core]\n fsmonitor = {program}\n pager = {program}\n sshCommand = {program}\n hooksPath = {tmp_path}\n"
            f'[filter "x"]\n smudge = {program}\n clean = {program}\n required = true\n[diff "x"]\n textconv = {program}\n'
        )
    (clone / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    base, _ = collect(tmp_path / "kb", [spec_of(f"git:{clone}")], Web({}))
    assert (len(base.projects[0].versions), ran.exists()) == (3, False)


def test_files_of_a_tag_are_bounded(clone, monkeypatch):
    (tag,) = [tag for tag in git.tags(clone) if tag.version == "1.2"]
    files = git.files_of(clone, tag.tree, lambda path: True, 1 << 20)
    assert sorted(files) == ["a name", "code.py"]
    assert files["a name"] == b"text"
    assert sorted(git.files_of(clone, tag.tree, lambda path: True, 10)) == ["a name"]
    monkeypatch.setattr(git, "MAX_BYTES", 100)
    with pytest.raises(ValueError, match="of source code"):
        git.files_of(clone, tag.tree, lambda path: True, 1 << 20)


def test_what_is_no_clone(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        git.tags(tmp_path / "nothing")
    with pytest.raises(InputError):
        git.tags(tmp_path)
