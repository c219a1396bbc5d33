"""A repository is looked at, and what it needs is shown; only --write makes files, and only new ones."""

import pytest
import yaml
from tests.support.command import Shell

COMMIT = "a" * 40
FROM = f"https://forge.example/owner/careen@{COMMIT}"


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


def init(shell, *flags):
    done = shell.run("init", "--from", FROM, *flags)
    assert done.returncode == 0, done.stderr
    return done


def put(shell, **files):
    for name, text in files.items():
        path = shell.home / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def listed(shell):
    return sorted(path.relative_to(shell.home).as_posix() for path in shell.home.rglob("*") if path.is_file())


def test_it_shows_and_writes_nothing(shell):
    (shell.home / ".github").mkdir()
    put(shell, Dockerfile="FROM a\n")
    before = listed(shell)
    done = init(shell)
    assert done.stdout.startswith("--- /dev/null\n+++ b/.github/workflows/careen.yml\n")
    assert "--write makes it" in done.stderr
    assert listed(shell) == before


def test_the_workflow_has_a_job_for_the_files_and_one_for_each_image(shell):
    (shell.home / ".github").mkdir()
    put(shell, Dockerfile="FROM a\n", web__Dockerfile="FROM a\n")
    (shell.home / "node_modules" / "x").mkdir(parents=True)
    (shell.home / "node_modules" / "x" / "Dockerfile").touch()
    init(shell, "--write")
    workflow = yaml.safe_load((shell.home / ".github" / "workflows" / "careen.yml").read_text())
    assert workflow["permissions"] == {}
    jobs = workflow["jobs"]
    assert {job["permissions"]["contents"] for job in jobs.values()} == {"read"} and len(jobs["files"]["permissions"]) == 1
    used = [step["with"] for job in jobs.values() for step in job["steps"] if step.get("uses", "").startswith("owner/careen@")]
    assert [given.get("dockerfile") for given in used] == [None, "Dockerfile", "web/Dockerfile"][: len(used)]
    assert all(
        len(step["uses"].partition("@")[2].split()[0]) == 40 for job in jobs.values() for step in job["steps"] if "uses" in step
    )


def test_again_there_is_nothing_to_do(shell):
    (shell.home / ".github").mkdir()
    init(shell, "--write")
    before = {name: (shell.home / name).read_bytes() for name in listed(shell)}
    done = init(shell, "--write")
    assert (done.stdout, "up to date" in done.stderr) == ("", True)
    assert {name: (shell.home / name).read_bytes() for name in listed(shell)} == before


def test_a_file_that_is_there_is_never_changed(shell):
    file = shell.home / ".github" / "workflows" / "careen.yml"
    file.parent.mkdir(parents=True)
    file.write_text("name: mine\n")
    done = init(shell, "--write")
    assert "-name: mine" in done.stdout and "stays as it is" in done.stderr
    assert file.read_text() == "name: mine\n"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        (".gitlab-ci.yml", "stages: [test]\n", f"component: forge.example/owner/careen/scan@{COMMIT}"),
        ("Jenkinsfile", "pipeline {}\n", "careen ci run -- check ."),
        (".pre-commit-config.yaml", "repos: []\n", "id: careen-secrets"),
    ],
)
def test_lines_for_files_of_others(shell, name, text, shown):
    (shell.home / name).write_text(text)
    done = init(shell, "--write")
    assert shown in done.stdout and f"{name} is yours" in done.stderr
    assert (shell.home / name).read_text() == text
    (shell.home / name).write_text(text + done.stdout)
    assert "runs Careen already" in init(shell).stderr


@pytest.mark.parametrize("service", ["github", "gitlab", "jenkins", "pre-commit"])
def test_a_service_that_is_named(shell, service):
    init(shell, "--for", service, "--write")
    (name,) = listed(shell)
    text = (shell.home / name).read_text()
    assert yaml.safe_load(text) if service != "jenkins" else text.startswith("pipeline {")


def test_no_pipeline_at_all(shell):
    done = shell.run("init", "--from", FROM)
    assert (done.returncode, "--for github" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "source", ["owner/careen@v1", "https://forge.example/owner/careen@v1", f"http://x/o/c@{COMMIT}", FROM + "\n"]
)
def test_a_source_without_a_commit(shell, source):
    assert shell.run("init", "--for", "github", "--from", source).returncode == 2


def test_names_that_could_be_expressions_are_left_out(shell):
    (shell.home / ".github").mkdir()
    for name in ("${{ github.token }}", "a'; touch owned; '", "a\nb", "-x"):
        (shell.home / name).mkdir()
        (shell.home / name / "Dockerfile").touch()
    (shell.home / ".git").mkdir()
    (shell.home / ".git" / "HEAD").write_text('ref: refs/heads/a"]\n')
    done = init(shell, "--write")
    text = (shell.home / ".github" / "workflows" / "careen.yml").read_text()
    assert "${{" not in text and "owned" not in text and '["main"]' in text
    assert "left out: 4 Dockerfiles" in done.stderr


def test_the_branch_is_the_repositorys(shell):
    (shell.home / ".github").mkdir()
    (shell.home / ".git").mkdir()
    (shell.home / ".git" / "HEAD").write_text("ref: refs/heads/release/2.0\n")
    assert 'branches: ["release/2.0"]' in init(shell).stdout


def test_a_link_out_of_the_repository_is_not_followed(shell, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shell.home / ".github").symlink_to(elsewhere)
    done = shell.run("init", "--from", FROM, "--write")
    assert (done.returncode, list(elsewhere.iterdir())) == (3, [])
