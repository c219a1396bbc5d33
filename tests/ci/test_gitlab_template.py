"""The script of the GitLab template in a shell, with an image of this repository and a fake service; pip is a stand-in."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.conftest import ROOT
from tests.e2e.test_decisions import DOCKERFILE
from tests.support import forges
from tests.support.servers import Server
from tests.unit.cli.test_ci import commit, git

SPEC, JOBS = yaml.safe_load_all((ROOT / "templates" / "scan.yml").read_text("utf-8"))
JOB = JOBS["careen"]
IMAGE = "image.tar"
VENV = f"""#!/bin/sh
mkdir -p "$3/bin"
printf '#!/bin/sh\\n' > "$3/bin/pip"
printf '#!/bin/sh\\nexec {sys.executable} -P -m careen "$@"\\n' > "$3/bin/careen"
chmod +x "$3/bin/careen" "$3/bin/pip"
"""

pytestmark = pytest.mark.skipif(not shutil.which("bash") or not shutil.which("git"), reason="no bash or no git here")


@pytest.fixture
def job(tmp_path):
    """Runs the job with inputs and variables; ``memory`` is the service's."""
    work, programs = tmp_path / "work", tmp_path / "programs"
    work.mkdir()
    programs.mkdir()
    (programs / "python3").write_text(VENV)
    (programs / "python3").chmod(0o755)
    git(work, "init", "-q", "-b", "main")
    (work / "Dockerfile").write_text(DOCKERFILE)
    runpy.run_path(str(ROOT / "examples" / "build_demo.py"))["build"](work / IMAGE)
    commit(work)
    memory = forges.Memory()
    memory.add("main", "", "begin", {"Dockerfile": DOCKERFILE.encode()})
    with Server(forges.gitlab(memory)) as server:

        def run(branch="main", token=forges.TOKEN, merge=False, **inputs):
            given = {name: about.get("default", "1.0") for name, about in SPEC["spec"]["inputs"].items()}
            given |= {name.replace("_", "-"): value for name, value in inputs.items()}
            known = {"CI_PROJECT_DIR": str(work), "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_ID": "7"}
            known |= {"CI_API_V4_URL": server.url, "CI_COMMIT_REF_NAME": branch, "GITLAB_CI": "true", "HOME": str(tmp_path)}
            known |= {
                "CAREEN_OFFLINE": "true",
                "CAREEN_ADVISORIES": str(ROOT / "examples" / "advisories"),
                "TMPDIR": str(tmp_path),
            }
            known |= {"CAREEN_ACCEPT": "no_advisories,no_exploit_data,no_lifecycle_data", "CAREEN_CI_TOKEN": token}
            sides = ("CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
            branches = {"CI_MERGE_REQUEST_IID": "3", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", **dict.fromkeys(sides, "7")}
            branches |= {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": git(work, "rev-parse", "main")}
            known |= branches if merge else {"CI_COMMIT_BRANCH": branch}
            environ = {name: put_in(str(text), given, known) for name, text in JOB["variables"].items()}
            environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
            (script,) = JOB["script"]
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
            return subprocess.run(command, cwd=work, env={**known, **environ}, capture_output=True, text=True, timeout=600)

        run.work, run.memory = work, memory
        yield run


def put_in(text, inputs, variables):
    text = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: str(inputs[found[1]]).replace("False", "false"), text)
    return re.sub(r"\$(CI_\w+)", lambda found: variables[found[1]], text) if text.startswith("$CI_") else text


def reports(job):
    return {path.name for path in (job.work / "careen-reports").iterdir()}


def test_a_scan_fails_by_its_policy_and_leaves_the_reports_that_the_job_names(job):
    done = job(image=IMAGE)
    assert done.returncode == 1, done.stderr
    named = {path.removeprefix("careen-reports/") for path in JOB["artifacts"]["reports"].values()}
    assert named <= reports(job)
    found = json.loads((job.work / "careen-reports" / "gl-container-scanning-report.json").read_bytes())
    assert "CVE-2021-44228" in json.dumps(found)
    assert "CVE-2021-44228" in done.stdout


def test_a_pass_and_a_check(job):
    assert job(image=IMAGE, fail_on="").returncode == 0
    assert job(path="Dockerfile", fail_on="low").returncode == 1


def test_an_image_or_a_path(job):
    assert job().returncode == 2


def test_the_comment_of_a_merge_request_is_updated(job):
    for _ in range(2):
        done = job(merge=True, image=IMAGE, comment="true")
        assert done.returncode == 1, done.stderr
    ((author, body),) = job.memory.comments.values()
    assert author == "careen" and "## Careen: `image.tar`" in body


def test_rules_come_from_the_target_branch(job):
    git(job.work, "checkout", "-q", "-b", "change")
    (job.work / "ignore.yaml").write_text("ignore:\n  - id: CVE-*\n    reason: none matters\n    until: 2099-01-01\n")
    commit(job.work)
    done = job(merge=True, image=IMAGE, ignore_file="ignore.yaml")
    assert (done.returncode, "ignore.yaml is not in the base branch" in done.stderr) == (1, True)


def test_a_fix_is_one_merge_request_of_the_default_branch(job):
    for _ in range(2):
        job(image=IMAGE, dockerfile="Dockerfile", fix="merge-request")
    ((_, request),) = job.memory.requests.items()
    assert request["base"] == "main" and "lodash" in request["body"]
    job(branch="other", image=IMAGE, dockerfile="Dockerfile", fix="merge-request")
    job(merge=True, image=IMAGE, dockerfile="Dockerfile", fix="merge-request")
    assert len(job.memory.requests) == 1


@pytest.mark.parametrize("name", ["$(touch owned)", "a; touch owned", "--help", "`touch owned`"])
def test_a_name_is_only_a_name(job, name):
    assert job(image=name).returncode not in (0, 1)
    assert not list(job.work.rglob("owned"))


def test_the_scan_does_not_see_the_token():
    (script,) = JOB["script"]
    assert 'quiet="env -u CAREEN_CI_TOKEN $careen"' in script
    assert {line.split()[2] for line in script.splitlines() if '"$careen" ci' in line} == {"publish", "propose"}


def test_a_repository_cannot_bring_its_own_cache(job):
    (job.work / ".careen" / "cache").mkdir(parents=True)
    (job.work / ".careen" / "cache" / "x").touch()
    commit(job.work)
    done = job(image=IMAGE)
    assert (done.returncode, "folder of the cache" in done.stdout) == (2, True)


def test_only_the_default_branch_writes_the_cache():
    assert JOB["variables"]["SCAN_CACHE"] == "pull"
    (writes,) = [rule["if"] for rule in JOB["rules"] if rule.get("variables", {}).get("SCAN_CACHE") == "pull-push"]
    assert writes == "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"


def test_the_jenkinsfile_leaves_values_to_the_shell():
    text = (ROOT / "templates" / "Jenkinsfile").read_text("utf-8")
    script = re.search(r"sh '''(.*?)'''", text, re.DOTALL)[1]
    assert "${" not in script and '"$IMAGE"' in script
    subprocess.run(["bash", "-n", "-c", script], check=True, timeout=600)


def test_the_job_is_valid():
    import check_jsonschema
    import jsonschema

    place = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "gitlab-ci.json"
    schema = json.loads(place.read_bytes())
    jsonschema.validators.validator_for(schema)(schema).validate(JOBS)
    assert set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", json.dumps(JOBS))) == set(SPEC["spec"]["inputs"])
