"""Pipelines are checked as Compose files are, without what says nothing about a job."""

import pytest

from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import kind_of
from careen.checks.pipeline_kinds import PIPELINE_KINDS
from careen.checks.tuning import Tuning, tuned
from careen.pipeline.files import check_files
from careen.plugins import Check, load

ALL = load("careen.checks.compose", "CHECK", Check)


def checked(path, text):
    return check_files([SourceFile(path, text)], lambda kind: tuned(ALL, Tuning()), Rules()).outcome


def found(outcome):
    return sorted((one.id, one.location.line) for one in outcome.findings)


WORKFLOW = ".github/workflows/ci.yml"


def test_a_workflow():
    outcome = checked(
        WORKFLOW,
        "jobs:\n  a:\n    container:\n      image: node\n      options: --privileged\n"
        "    services:\n      db:\n        image: postgres:16\n        env: {POSTGRES_PASSWORD: x}\n        "
        "ports: ['5432:80']\n",
    )
    assert found(outcome) == [("CMP-001", 5), ("CMP-022", 4)]


def test_a_pipeline_of_gitlab():
    outcome = checked(
        ".gitlab-ci.yml",
        "include:\n  - template: X.yml\nimage: ruby\nvariables:\n  DOCKER_TLS_CERTDIR: ''\nservices: [docker:27-dind]\n",
    )
    assert found(outcome) == [("CMP-022", 3), ("CMP-065", 5)]
    assert [one.reason for one in outcome.unknowns] == ["line 2: include of template X.yml is not assessed"]


def test_a_pipeline_of_another_system():
    outcome = checked(
        ".drone.yml",
        "steps:\n- image: docker\n  privileged: true\n  volumes: [{name: s, path: /s}]\n"
        "volumes: [{name: s, host: {path: /var/run/docker.sock}}]\n",
    )
    assert found(outcome) == [("CMP-001", 3), ("CMP-002", 4), ("CMP-022", 2)]


def test_a_comment_suppresses():
    outcome = checked(WORKFLOW, "jobs:\n  a:\n    container: node # careen:ignore CMP-022 built daily\n")
    assert found(outcome) == [] and len(outcome.suppressed) == 1


def test_an_allowed_registry():
    file = SourceFile(WORKFLOW, "jobs:\n  a:\n    container: quay.io/x:1\n")
    outcome = check_files([file], lambda kind: ALL, Rules(registries=("docker.io",))).outcome
    assert ("CMP-072", 3) in found(outcome)


def test_a_template_is_an_unknown():
    assert [one.reason for one in checked(WORKFLOW, "{% if a %}\njobs: {}\n").unknowns] == ["a template: render it first"]
    broken = "jobs:\n  a: ${{ x }}: [\n"
    assert [one.reason.partition(":")[0] for one in checked(WORKFLOW, broken).unknowns] == ["not YAML"]


def test_a_bake_file():
    outcome = checked(
        "docker-bake.hcl",
        'target "a" {\n  args = { NPM_TOKEN = "npm_012345" }\n  contexts = { base = "docker-image://alpine" }\n'
        '  entitlements = ["security.insecure"]\n  dockerfile-inline = "FROM x"\n}\n',
    )
    assert found(outcome) == [("CMP-022", 3), ("CMP-052", 2), ("CMP-064", 4)]
    assert [one.reason for one in outcome.unknowns] == ["line 5: the Dockerfile in target a is not assessed"]
    assert [one.reason for one in checked("docker-bake.hcl", "target {").unknowns] != []


@pytest.mark.parametrize("kind", PIPELINE_KINDS, ids=lambda kind: kind.name)
def test_the_checks_that_say_something_are_some_of_all(kind):
    assert 0 < sum(kind.inspects(check.id) for check in ALL) < len(ALL)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        (WORKFLOW, "", "workflow"),
        ("template.yml", "jobs:\n  a: {{ x }}\n    runs-on: x\n", "workflow"),
        (".gitlab-ci.yml", "include: x.yml\nservices: [a]\n", "gitlab-ci"),
        (".circleci/config.yml", "jobs: {}\n", "pipeline"),
        (".woodpecker.yml", "services:\n  a:\n    image: x\n", "pipeline"),
        (".travis.yml", "services:\n  - docker\nscript: make\n", "pipeline"),
        ("docker-bake.override.hcl", "", "bake"),
        ("bake.json", "{}", "bake"),
        ("compose.yaml", "services:\n  a:\n    image: x\n", "compose"),
        ("job.yaml", "apiVersion: batch/v1\nkind: Job\nspec:\n  script: x\n", "kubernetes"),
    ],
)
def test_kinds(path, text, kind):
    assert kind_of(path, text).name == kind
