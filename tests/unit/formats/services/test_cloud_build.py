"""Containers of builds of Cloud Build, with lines."""

import pytest

from careen.formats.services.cloud_build import is_build, read

TEXT = """\
substitutions: {_TAG: '3'}
steps:
- name: gcr.io/cloud-builders/docker
  args: [run, --privileged, 'alpine:$_TAG']
- name: node:24
  env: [TOKEN=x]
  script: |
    docker run --pid=host a:1
- name: gcr.io/cloud-builders/docker
  entrypoint: bash
  args:
  - -c
  - docker run --network=host b:1
- name: gcr.io/cloud-builders/docker
  args: [build, .]
"""


def test_a_build():
    found = read(TEXT, "cloudbuild.yaml").services
    by_image = {service.image: service for service in found}
    assert by_image["alpine:3"].is_on("privileged") and by_image["alpine:3"].node.line_of("privileged") == 4
    assert by_image["a:1"].node.text("pid") == "host" and by_image["b:1"].network_mode == "host"
    assert list(by_image["node:24"].environment()) == [("TOKEN", "x", 0)]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [("cloudbuild.yaml", True), ("ci/cloudbuild-prod.json", True), ("a.cloudbuild.yml", True), ("build.yaml", False)],
)
def test_names(path, is_one):
    assert is_build(path) is is_one


@pytest.mark.parametrize("value", ["1", "[]", "{}", "[1]", "[{}]", "[{name: docker, args: [run]}]", "[{name: [], args: 1}]"])
def test_hostile_values(value):
    read(f"steps: {value}\nsubstitutions: {value}\n", "cloudbuild.yaml")
