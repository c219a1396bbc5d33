"""What contributors and their tools rely on: the lock file, names of changes, hooks, forms."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]}


def test_the_lock_file_has_what_the_project_names():
    lock = dict(re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements.lock").read_text("utf-8")))
    named = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    named += [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
    for requirement in map(Requirement, named):
        version = lock.get(canonicalize_name(requirement.name))
        assert version and requirement.specifier.contains(Version(version)), f"{requirement} is not in requirements.lock"


def test_each_change_has_a_kind():
    kinds = {kind["directory"] for kind in PROJECT["tool"]["towncrier"]["type"]}
    names = [path.name for path in (ROOT / "changelog.d").iterdir() if not path.name.startswith(".")]
    assert [name for name in names if name.split(".")[-2] not in kinds or not name.endswith(".md")] == []
    hook = HOOKS["changelog-names"]
    assert [name for name in names if not re.search(hook["exclude"], f"changelog.d/{name}")] == []
    assert re.search(hook["files"], "changelog.d/x.repaired.md") and not re.search(hook["exclude"], "changelog.d/x.repaired.md")


def test_hooks_run_programs_of_the_lock_file():
    programs = {hook["entry"].split()[0] for hook in HOOKS.values() if hook["language"] == "system"}
    assert programs == {".venv/bin/ruff", ".venv/bin/codespell", ".venv/bin/lint-imports", "make"}


def test_forms_name_files_and_commands_that_are_there():
    text = "".join(path.read_text("utf-8") for path in (ROOT / ".github").rglob("*") if path.is_file())
    for name in ("CONTRIBUTING.md", "SECURITY.md", "docs/releasing.md"):
        assert name in text and (ROOT / name).is_file()
    commands = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    assert {"explain", "version", "db"} <= set(re.findall(r"`careen ([a-z]+)", text))
    assert all(f"## careen {name}\n" in commands for name in re.findall(r"`careen ([a-z]+)", text))


def test_owners_are_of_paths_that_are_there():
    for line in (ROOT / ".github" / "CODEOWNERS").read_text("utf-8").splitlines():
        path = line.partition(" ")[0]
        assert not path.startswith("/") or (ROOT / path[1:]).exists(), path
