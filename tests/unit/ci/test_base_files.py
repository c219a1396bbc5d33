"""A request cannot change the rules that it is measured by: they come from the base."""

import subprocess
from pathlib import Path

import pytest

from careen.ci.base_files import at_base, write_base_files
from careen.ci.pipeline import Pipeline
from careen.errors import InputError, UsageError


@pytest.fixture
def repository(tmp_path):
    """A clone of depth 1 of a request's branch, beside the repository that has main."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    write(origin, {"rules/ignore.yaml": "strict rules", "rules/more.yaml": "more", "a b.yaml": "blank"})
    (origin / "rules" / "link.yaml").symlink_to("/etc/passwd")
    commit(origin)
    base = git(origin, "rev-parse", "HEAD")
    git(origin, "checkout", "-q", "-b", "change")
    write(origin, {"rules/ignore.yaml": "ignore everything", "rules/new.yaml": "new"})
    commit(origin)
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--branch=change", f"file://{origin}", str(clone)], check=True, capture_output=True
    )
    return clone, base


def git(folder, *arguments):
    known = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *known, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")


@pytest.mark.parametrize("known", [True, False], ids=["commit", "branch"])
def test_they_are_those_of_the_base(repository, tmp_path, known):
    clone, base = repository
    pipeline = Pipeline(service="github", request=7, base="main", base_commit=base if known else "")
    found = write_base_files(["rules", "a b.yaml"], tmp_path / "rules", pipeline, clone)
    assert sorted(found) == ["a b.yaml", "rules/ignore.yaml", "rules/more.yaml"]
    assert (tmp_path / "rules" / "rules" / "ignore.yaml").read_text() == "strict rules"
    assert (clone / "rules" / "ignore.yaml").read_text() == "ignore everything"


def test_what_only_the_request_has_is_no_rule(repository, tmp_path):
    clone, base = repository
    pipeline = Pipeline(service="github", request=7, base="main", base_commit=base)
    assert write_base_files(["rules/new.yaml", "rules/link.yaml"], tmp_path / "rules", pipeline, clone) == []


def test_a_branch_has_its_own(repository, tmp_path):
    clone, _ = repository
    write(clone, {"rules/ignore.yaml": "not committed"})
    write_base_files(["rules/ignore.yaml"], tmp_path / "rules", Pipeline(), clone)
    assert (tmp_path / "rules" / "rules" / "ignore.yaml").read_text() == "ignore everything"


@pytest.mark.parametrize("base", ["no-such-branch", "--upload-pack=touch ../owned", "$(touch owned)", "x y", ""])
def test_a_base_that_cannot_be_fetched(repository, tmp_path, base):
    clone, _ = repository
    with pytest.raises(InputError, match="cannot be fetched"):
        write_base_files(["rules"], tmp_path / "rules", Pipeline(service="gitlab", request=7, base=base), clone)
    assert not list(tmp_path.rglob("owned"))


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", "."])
def test_paths_outside(repository, tmp_path, path):
    with pytest.raises(UsageError, match="inside"):
        write_base_files([path], tmp_path / "rules", Pipeline(), repository[0])


def test_a_pathspec_is_a_name(repository, tmp_path):
    assert write_base_files([":(glob)**", "*.yaml"], tmp_path / "rules", Pipeline(), repository[0]) == []


def test_a_folder_with_files_is_refused(repository, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x").touch()
    with pytest.raises(UsageError, match="not empty"):
        write_base_files(["rules"], tmp_path / "rules", Pipeline(), repository[0])


def test_too_many_files_are_refused(repository, tmp_path, monkeypatch):
    monkeypatch.setattr("careen.ci.base_files.FILES", 1)
    with pytest.raises(InputError, match="more than 1 files"):
        write_base_files(["rules"], tmp_path / "rules", Pipeline(), repository[0])


def test_where_a_copy_is(tmp_path):
    (tmp_path / "a.yaml").touch()
    assert at_base(Path("a.yaml"), tmp_path) == tmp_path / "a.yaml"
    assert at_base(Path("b.yaml"), tmp_path) is None
    assert at_base(Path("/etc/rules"), tmp_path) == Path("/etc/rules")
