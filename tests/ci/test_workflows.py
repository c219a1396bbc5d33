"""The ``run:`` steps of the workflows in a shell, with programs in the place of those that need a network or much time.

Each such program writes down how it was called. ``make lint-workflows`` checks the files themselves.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VALUES = {
    "vars.DATABASE": "oci://one.example/db oci://two.example/db",
    "vars.ROOTS": json.dumps({"root.json": "the root", "1.root.json": "the first root"}),
    "secrets.TARGETS_KEY": "key of targets",
    "secrets.SNAPSHOT_KEY": "key of snapshot",
    "secrets.TIMESTAMP_KEY": "key of timestamp",
    "secrets.REGISTRY_USERNAME": "robot",
    "secrets.REGISTRY_PASSWORD": "word",
    "secrets.NVD_API_KEY": "",
    "inputs.arguments": "--accept debian --anew",
    "github.token": "token",
    "matrix.area": "versions",
    "matrix.flavour": "cli",
}
STAND_INS = ("make", "gh", "sudo", "python", "git")

pytestmark = pytest.mark.skipif(not shutil.which("bash") or not shutil.which("make"), reason="no bash or no make here")


def steps():
    for file in WORKFLOWS:
        for job, of_job in yaml.safe_load(file.read_text("utf-8"))["jobs"].items():
            for number, step in enumerate(of_job["steps"]):
                if "run" in step:
                    yield pytest.param(step, id=f"{file.stem}-{job}-{number}")


@pytest.fixture
def runner(tmp_path):
    """Runs a step as a runner does; gives the calls of the stand-ins, one per line."""
    work, programs, calls = tmp_path / "work", tmp_path / "programs", tmp_path / "calls"
    for folder in (work / ".venv" / "bin", work / "dist", programs, tmp_path / "temp"):
        folder.mkdir(parents=True)
    for path in (*(programs / name for name in STAND_INS), work / ".venv" / "bin" / "careen"):
        path.write_text(f'#!/bin/sh\nprintf "%s" "${{0##*/}}" >> {calls}\nprintf " [%s]" "$@" >> {calls}\necho >> {calls}\n')
        path.chmod(0o755)
    for path in (work / ".venv" / "bin" / "python", programs / "python3"):
        path.symlink_to(sys.executable)
    for name in ("careen-1.0-py3-none-any.whl", "careen-1.0.tar.gz", "SHA256SUMS", "careen.cdx.json", "CHANGES.md"):
        (work / "dist" / name).write_text(name)

    def run(step, **given):
        values = {**VALUES, "runner.temp": str(tmp_path / "temp"), **given}
        environ = {name: _filled(str(value), values) for name, value in step.get("env", {}).items()}
        environ |= {"RUNNER_TEMP": values["runner.temp"], "GITHUB_REF_NAME": "v1.0", "GITHUB_REPOSITORY": "owner/name"}
        environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=work, env=environ, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return calls.read_text().splitlines() if calls.exists() else []

    run.work, run.temp = work, tmp_path / "temp"
    return run


def _filled(text, values):
    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: values[found[1]], text)


def _step(workflow, job, name):
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text("utf-8")
    return next(step for step in yaml.safe_load(text)["jobs"][job]["steps"] if step.get("name") == name)


@pytest.mark.parametrize("step", list(steps()))
def test_every_step_runs_and_names_targets_of_the_makefile(step, runner):
    assert "${{" not in step["run"], "a value belongs into env, where the shell does not read it as code"
    for call in runner(step):
        program, *arguments = re.findall(r"^\S+|(?<= \[)[^\]]*", call)
        if program == "make":
            subprocess.run(["make", "-n", *arguments], cwd=ROOT, check=True, capture_output=True, timeout=600)


def test_a_release_knows_its_database(runner):
    step = _step("release", "build", "Build twice and compare")
    assert runner(step) == ["make [release] [DATABASE=oci://one.example/db oci://two.example/db] [ROOT=root.json]"]
    assert (runner.work / "root.json").read_text() == "the root"


def test_a_release_without_a_database(runner):
    step = _step("release", "build", "Build twice and compare")
    assert runner(step, **{"vars.DATABASE": "", "vars.ROOTS": ""}) == ["make [release]"]


def test_packages_alone_go_to_the_index(runner):
    runner(_step("release", "publish", "Only packages go to the index"))
    assert {path.name for path in (runner.work / "packages").iterdir()} == {"careen-1.0-py3-none-any.whl", "careen-1.0.tar.gz"}


def test_the_release_page_has_the_packages_and_their_documents(runner):
    (call,) = runner(_step("release", "announce", "Release page"))
    assert call.startswith("gh [release] [create] [v1.0] ")
    assert call.endswith("[dist/careen-1.0-py3-none-any.whl] [dist/careen-1.0.tar.gz] [dist/careen.cdx.json] [dist/SHA256SUMS]")


def test_a_publication_gets_its_keys_and_forgets_them(runner):
    (call,) = runner(_step("database", "publish", "Publish"))
    keys = runner.temp / "keys"
    assert call == (
        f"careen [db] [publish] [oci://one.example/db] [oci://two.example/db] [--keys] [{keys}] [--full]"
        " [--accept] [debian] [--anew]"
    )
    assert {path.name: path.read_text().strip() for path in keys.iterdir()} == {
        "targets.pem": "key of targets",
        "snapshot.pem": "key of snapshot",
        "timestamp.pem": "key of timestamp",
        "root.json": "the root",
        "1.root.json": "the first root",
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in (keys, *keys.iterdir()))
    runner(_step("database", "publish", "Forget the keys"))
    assert not keys.exists()


def test_each_workflow_gives_its_jobs_what_they_need_and_no_more():
    for file in WORKFLOWS:
        workflow = yaml.safe_load(file.read_text("utf-8"))
        assert workflow.get("permissions") in ({}, {"contents": "read"}), file.name
        for name, job in workflow["jobs"].items():
            assert job["timeout-minutes"] <= 360, name
            writes = {key for key, value in job.get("permissions", {}).items() if value == "write"}
            assert not writes or file.name == "release.yml", name
