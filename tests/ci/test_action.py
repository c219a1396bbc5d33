"""The action as a runner runs it, with an image of this repository, a fake service, and a store for caches."""

import json
import runpy
import shutil
import subprocess
import sys

import pytest
import yaml
from tests.conftest import ROOT
from tests.e2e.test_decisions import DOCKERFILE
from tests.support import forges
from tests.support.composite import Runner
from tests.support.servers import Server
from tests.unit.cli.test_ci import commit, git

ACTION = ROOT / "action.yml"
SCHEMA = ROOT / ".cache" / "gold" / "sbom_vex" / "files" / "sarif" / "sarif-2.1__schema__sarif-schema-2.1.0.json"
IMAGE = "image.tar"
NOT_KNOWN = "no_advisories,no_exploit_data,no_lifecycle_data"

pytestmark = pytest.mark.skipif(not shutil.which("bash") or not shutil.which("git"), reason="no bash or no git here")


@pytest.fixture
def memory():
    found = forges.Memory()
    found.add("main", "", "begin", {"Dockerfile": DOCKERFILE.encode()})
    return found


@pytest.fixture
def runner(tmp_path, memory):
    """A checkout of the image's repository on a runner where the action was installed before."""
    work, temp, store = (tmp_path / name for name in ("work", "temp", "store"))
    for folder in (work, temp, store):
        folder.mkdir()
    install = runpy.run_path(str(ROOT / ".ci" / "install.py"))
    place = temp / "careen" / f"venv-{install['key']()}"
    (place / "bin").mkdir(parents=True)
    (temp / "careen").chmod(0o700)
    (place / "bin" / "careen").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m careen "$@"\n')
    (place / "bin" / "careen").chmod(0o755)
    (place / "ready").touch()
    git(work, "init", "-q", "-b", "main")
    (work / "Dockerfile").write_text(DOCKERFILE)
    runpy.run_path(str(ROOT / "examples" / "build_demo.py"))["build"](work / IMAGE)
    commit(work)
    with Server(forges.github(memory)) as server:
        environ = {
            "HOME": str(tmp_path),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": server.url,
            "GITHUB_REPOSITORY": "owner/shop",
            "GITHUB_SHA": "c" * 40,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "CAREEN_OFFLINE": "true",
            "CAREEN_ADVISORIES": str(ROOT / "examples" / "advisories"),
            "CAREEN_ACCEPT": NOT_KNOWN,
        }
        found = Runner(ACTION, work, temp, store, environ)
        found.summary = tmp_path / "summary"
        yield found


def pull_request(runner, home="owner/shop", **changed):
    """From now on the runner runs for a pull request, on a branch with these files."""
    base = git(runner.work, "rev-parse", "HEAD")
    git(runner.work, "checkout", "-q", "-B", "change")
    for name, text in changed.items():
        (runner.work / name.replace("_", ".")).write_text(text)
    if changed:
        commit(runner.work)
    head = {"ref": "a`id`$(id)\n::error::x", "sha": "d" * 40, "repo": {"full_name": home}}
    event = {"pull_request": {"number": 7, "title": "${{ x }}", "head": head, "base": {"ref": "main", "sha": base}}}
    file = runner.temp / "event.json"
    file.write_text(json.dumps(event))
    runner.environ |= {"GITHUB_EVENT_PATH": str(file), "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_NAME": "7/merge"}


def ran(runner):
    return {name: code for name, code, _ in runner.log}


def test_a_scan_fails_by_its_policy_and_hands_everything_over(runner):
    outputs, passed = runner.run(image=IMAGE, fail_on="high", token=forges.TOKEN)
    assert (passed, outputs["exit-code"]) == (False, "1"), runner.log
    assert ran(runner) == {"Install": 0, "Rules of the base branch": 0, "Scan": 1}
    text = runner.log[-1][2]
    assert text.count("::error ") and "CVE-2021-44228" in text
    assert "CVE-2021-44228" in runner.summary.read_text()
    assert int(outputs["findings"]) > 5


def test_a_scan_that_passes(runner):
    outputs, passed = runner.run(image=IMAGE, fail_on="")
    assert (passed, outputs["exit-code"]) == (True, "0"), runner.log


def test_the_sarif_is_valid(runner):
    outputs, _ = runner.run(image=IMAGE)
    with open(f"{outputs['reports']}/careen.sarif", "rb") as stream:
        sarif = json.load(stream)
    assert sarif["version"] == "2.1.0" and sarif["runs"][0]["results"]
    if not SCHEMA.is_file():
        pytest.skip("the schema of SARIF is not here: only its version was checked")
    import jsonschema

    schema = json.loads(SCHEMA.read_bytes())
    jsonschema.validators.validator_for(schema)(schema).validate(sarif)


def test_a_path_is_checked(runner):
    outputs, passed = runner.run(path="Dockerfile", fail_on="low", scanners="config")
    assert (passed, outputs["exit-code"]) == (False, "1"), runner.log
    assert "file=Dockerfile" in runner.log[-1][2]


@pytest.mark.parametrize("inputs", [{}, {"image": IMAGE, "path": "Dockerfile"}])
def test_an_image_or_a_path(runner, inputs):
    _, passed = runner.run(**inputs)
    assert (passed, runner.log[-1][1]) == (False, 2)


def test_a_comment_is_updated_and_findings_go_to_code_scanning(runner, memory):
    pull_request(runner)
    for _ in range(2):
        runner.run("pull_request", image=IMAGE, comment="true", code_scanning="true", token=forges.TOKEN)
        assert ran(runner)["Publish"] == 0, runner.log
    ((author, body),) = memory.comments.values()
    assert author == "github-actions[bot]" and "## Careen: `image.tar`" in body
    assert [scan["ref"] for scan in memory.scans] == ["refs/pull/7/merge"] * 2


def test_a_fork_reads_and_nothing_more(runner, memory):
    pull_request(runner, home="mallory/shop")
    runner.run("pull_request", image=IMAGE, comment="true", code_scanning="true", token=forges.TOKEN)
    assert ran(runner)["Publish"] == 0
    assert not memory.comments and not memory.scans
    assert not list(runner.store.iterdir())


def test_rules_come_from_the_base_branch(runner):
    pull_request(runner, ignore_yaml="ignore:\n  - id: CVE-*\n    reason: none of them matters\n    until: 2099-01-01\n")
    outputs, _ = runner.run("pull_request", image=IMAGE, ignore_file="ignore.yaml")
    assert outputs["exit-code"] == "1"
    assert "ignore.yaml is not in the base branch" in runner.log[-1][2]


def test_the_rights_of_the_base_for_a_fork_are_refused_before_anything_is_read(runner):
    pull_request(runner, home="mallory/shop")
    _, passed = runner.run("pull_request_target", image=IMAGE)
    assert not passed
    assert ran(runner) == {"Install": 0, "Rules of the base branch": 2}
    assert not list(runner.store.iterdir())


def test_branches_write_the_cache_and_requests_read_it(runner):
    runner.run(image=IMAGE)
    (key,) = [path.name for path in runner.store.iterdir()]
    assert key.startswith("careen-Linux-X64-")
    layers = sorted(path.relative_to(runner.store / key) for path in (runner.store / key).rglob("*") if path.is_file())
    assert layers
    shutil.rmtree(runner.temp / "careen" / "cache")
    pull_request(runner)
    runner.environ["CAREEN_LOG_LEVEL"] = "debug"
    outputs, _ = runner.run("pull_request", image=IMAGE)
    assert outputs["exit-code"] == "1"
    assert all((runner.temp / "careen" / "cache" / path).exists() for path in layers)
    (runner.store / key / "planted").touch()
    runner.run("pull_request", image=IMAGE, cache="false")
    assert [path.name for path in runner.store.iterdir()] == [key]


def test_a_fix_is_one_pull_request(runner, memory):
    inputs = {"image": IMAGE, "dockerfile": "Dockerfile", "fix": "pull-request", "token": forges.TOKEN}
    outputs, _ = runner.run("schedule", **inputs)
    assert (outputs["fix"], outputs["fix-url"]) == ("opened", "https://forge.example/1"), runner.log
    assert runner.run("schedule", **inputs)[0]["fix"] == "unchanged"
    ((number, request),) = memory.requests.items()
    assert number == 1 and request["base"] == "main"
    changed = memory.commits[memory.branches[request["head"]]][2]["Dockerfile"].decode()
    assert "lodash@" in changed and changed != DOCKERFILE


def test_a_fix_is_off_by_default_and_in_requests(runner, memory):
    runner.run(image=IMAGE, dockerfile="Dockerfile", token=forges.TOKEN)
    pull_request(runner)
    runner.run("pull_request", image=IMAGE, dockerfile="Dockerfile", fix="pull-request", token=forges.TOKEN)
    assert not memory.requests and len(memory.branches) == 1


HOSTILE = [
    "$(touch owned)",
    "`touch owned`",
    "a; touch owned",
    "--help",
    "x\n::error::y",
    "${{ github.token }}",
    "' || touch owned '",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(runner, name):
    outputs, passed = runner.run(image=name, dockerfile="", ignore_file="")
    assert not passed and outputs["exit-code"] in ("", "3")
    assert not list(runner.work.rglob("owned"))
    assert not [line for _, _, text in runner.log for line in text.splitlines() if line.startswith("::error::y")]


def test_only_steps_that_publish_or_read_the_base_have_the_token():
    steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    with_token = {step["name"] for step in steps if "inputs.token" in json.dumps(step) or "github.token" in json.dumps(step)}
    assert with_token == {"Rules of the base branch", "Publish", "Propose the fix"}


def test_no_value_is_part_of_a_script_and_actions_have_digests():
    for step in yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            name, _, digest = step["uses"].partition("@")
            assert name.startswith("actions/cache/") and len(digest) == 40


def test_scripts_are_valid_shell():
    for step in yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]:
        if "run" in step:
            subprocess.run(["bash", "-n", "-c", step["run"]], check=True, timeout=600)
