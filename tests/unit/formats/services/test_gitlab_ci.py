"""Containers of GitLab's jobs, services and scripts, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.gitlab_ci import is_pipeline, read

TEXT = """\
default:
  image: ruby:3.3
variables:
  BASE: golang
  IMAGE: $BASE:latest
  TLS: {value: "", description: off}
include:
  - local: ci/more.yml
  - template: Jobs/Build.gitlab-ci.yml
  - https://ci.example/x.yml
.template: &template
  services: [postgres]
build:
  <<: *template
  image: {name: $IMAGE, entrypoint: [""]}
  script:
    - make
    - - |
        echo
        docker run -v /:/host \\
          alpine:3
test:
  parallel:
    matrix:
      - V: ["3.1", "3.2"]
  image: ruby:$V
  script: make
dind:
  services:
    - name: docker:27-dind
      variables: {DOCKER_TLS_CERTDIR: ""}
  script: docker build .
open:
  image: $CI_REGISTRY_IMAGE/x:$TAG
  script: make
mac:
  image: macos-15-xcode-16
  script: make
"""


def test_images_services_and_scripts():
    assert [(service.label, service.image, service.where("image")[1]) for service in read(TEXT, ".gitlab-ci.yml").services] == [
        ("job default", "", 4),
        ("job default", "ruby:3.3", 2),
        ("service of job .template", "postgres", 12),
        ("job build", "golang:latest", 15),
        ("container alpine", "alpine:3", 21),
        ("job test", "ruby:3.1", 26),
        ("job test", "ruby:3.2", 26),
        ("service of job dind", "docker:27-dind", 30),
        ("job open", "$CI_REGISTRY_IMAGE/x:$TAG", 34),
    ]


def test_variables_are_the_environment():
    services = {service.image: list(service.environment()) for service in read(TEXT, ".gitlab-ci.yml").services}
    assert services[""] == [("BASE", "golang", "BASE"), ("IMAGE", "$BASE:latest", "IMAGE"), ("TLS", "", "TLS")]
    assert services["docker:27-dind"] == [("DOCKER_TLS_CERTDIR", "", "DOCKER_TLS_CERTDIR")]


def test_what_is_elsewhere_has_its_line():
    assert [(one.what, one.line) for one in read(TEXT, ".gitlab-ci.yml").unresolved] == [
        ("image $CI_REGISTRY_IMAGE/x:$TAG", 34),
        ("include of template Jobs/Build.gitlab-ci.yml", 9),
        ("include of https://ci.example/x.yml", 10),
    ]


def test_inputs_of_a_component_have_their_defaults():
    text = (
        "spec:\n  inputs:\n    base-image: {default: alpine}\n    tag:\n---\n"
        "a:\n  image: $[[ inputs.base-image ]]\n  script: x\n"
        "b:\n  image: x:$[[ inputs.tag | expand_vars ]]\n  script: x\n"
    )
    found = read(text, ".gitlab-ci.yml")
    assert [service.image for service in found.services] == ["alpine", "x:${inputs_tag}"]
    assert [one.line for one in found.unresolved] == [10]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".gitlab-ci.yml", "", True),
        ("ci/lint.gitlab-ci.yaml", "", True),
        ("ci/lint.yml", "lint:\n  stage: test\n  script:\n    - make\n", True),
        ("debian/ci.yml", "include:\n  - https://ci.example/x.yml\n", True),
        ("stack.yml", "include:\n  - ../common/compose.yaml\n", False),
        (".cirrus.yml", "lint:\n  image: x\n  script: make\n", False),
        ("ci/lint.yml", "lint:\n  script:\n    a: b\n", False),
        (".travis.yml", "script: make\n", False),
        ("azure-pipelines.yml", "jobs:\n- job: a\n  steps:\n  - script: make\n", False),
        ("ci/lint.yml", "lint: [\n  script: x\n", False),
        ("lint.py", "lint:\n  script: x\n", False),
    ],
)
def test_recognition(path, text, expected):
    assert is_pipeline(path, text) == expected


@pytest.mark.parametrize("text", ["", "- a\n", "a: {image: [x], services: x, script: {y: z}}\n", "a: {parallel: 5}\n"])
def test_other_shapes_have_no_container(text):
    assert read(text, ".gitlab-ci.yml").services == ()


def test_many_jobs_and_variables():
    variables = "".join(f"  V{number}: $V{number - 1}$V{number - 1}\n" for number in range(3000))
    jobs = "".join(f"j{number}: {{image: 'x:$V2999', script: docker ps && run}}\n" for number in range(5000))
    with ends("jobs"):
        found = read(f"variables:\n{variables}{jobs}", ".gitlab-ci.yml")
    assert found.unresolved[-1].what == "containers after the first 2000"
