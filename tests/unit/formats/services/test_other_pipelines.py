"""Containers of pipelines of other systems, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.other_pipelines import MAX_NODES, is_pipeline, read

AZURE = """\
variables: {tag: 1}
resources:
  containers:
    - container: build
      image: ubuntu:24.04
      options: --privileged -v /:/host
      env: {A: b}
jobs:
  - job: a
    pool: {vmImage: ubuntu-latest, image: machine}
    container: build
    steps:
      - script: |
          echo
          docker run --privileged alpine:3
      - bash: podman run -v /:/h fedora
      - template: steps.yml@shared
      - template: own.yml@self
  - job: b
    container: node:$(tag)
  - job: c
    container: node:24
"""
CIRCLE = """\
version: 2.1
orbs: {node: circleci/node@5}
jobs:
  build:
    docker:
      - image: cimg/node:24
        environment: {DB_PASSWORD: sesame-of-2-words}
      - image: "cimg/postgres:<< parameters.version >>"
    steps:
      - checkout
      - run: docker run --net host alpine:3
      - run:
          command: docker run --pid host alpine:4
  vm:
    machine: {image: ubuntu-2404:current}
    steps: []
"""
DRONE = """\
kind: pipeline
steps:
  - name: a
    image: docker:27
    privileged: true
    volumes:
      - {name: socket, path: /var/run/docker.sock}
      - {name: cache, path: /cache}
    commands: [docker run --privileged alpine:3]
services:
  - {name: db, image: postgres:17, environment: {POSTGRES_PASSWORD: {from_secret: p}}}
volumes:
  - {name: socket, host: {path: /var/run/docker.sock}}
  - {name: cache, temp: {}}
---
kind: secret
"""
WOODPECKER = """\
steps:
  build:
    image: node:24
    volumes: [/var/run/docker.sock:/var/run/docker.sock]
services:
  db: {image: postgres}
"""
BITBUCKET = """\
image: {name: node:24, username: a}
pipelines:
  default:
    - step:
        script: [docker run --privileged alpine]
definitions:
  services: {db: {image: mysql}}
"""


def found(text):
    return sorted((service.where("image")[1], service.image) for service in read(text, "p.yml").services)


@pytest.mark.parametrize(
    ("text", "images"),
    [
        (AZURE, [(5, "ubuntu:24.04"), (15, "alpine:3"), (16, "fedora"), (22, "node:24")]),
        (CIRCLE, [(6, "cimg/node:24"), (8, "cimg/postgres:$parameters_version"), (11, "alpine:3"), (13, "alpine:4")]),
        (DRONE, [(4, "docker:27"), (9, "alpine:3"), (11, "postgres:17")]),
        (WOODPECKER, [(3, "node:24"), (6, "postgres")]),
        (BITBUCKET, [(1, "node:24"), (5, "alpine"), (7, "mysql")]),
        ("phases: {build: {commands: [docker run -v /:/h alpine]}}", [(1, "alpine")]),
        ("before_install:\n- docker run --privileged alpine:3\nscript: make", [(2, "alpine:3")]),
        (
            'steps:\n- command: "docker run alpine:3"\n  plugins: [{docker#v5: {image: node:24}}]',
            [(2, "alpine:3"), (3, "node:24")],
        ),
        ("agent: {containers: [{name: m, image: node:24}]}\n", [(1, "node:24")]),
        ("- a\n", []),
    ],
)
def test_images_and_scripts(text, images):
    assert found(text) == images


def test_what_a_container_may_do():
    build, *_ = sorted(read(AZURE, "p").services, key=lambda service: service.where("image"))
    assert build.is_on("privileged") and build.where("privileged")[1] == 6
    assert [mount.host_path for mount in build.mounts()] == ["/"]
    assert list(build.environment()) == [("A", "b", "A")]
    (docker,) = (service for service in read(DRONE, "p").services if service.image == "docker:27")
    assert docker.is_on("privileged")
    assert [(mount.host_path, docker.where("volumes", 0)[1]) for mount in docker.mounts()] == [("/var/run/docker.sock", 7)]
    (node,) = (service for service in read(WOODPECKER, "p").services if service.image == "node:24")
    assert [mount.host_path for mount in node.mounts()] == ["/var/run/docker.sock"]


def test_what_is_elsewhere():
    assert [(part.what, part.line) for part in read(AZURE, "p").unresolved] == [("template steps.yml@shared", 17)]
    assert sorted((part.what, part.line) for part in read(CIRCLE, "p").unresolved) == [
        ("image cimg/postgres:$parameters_version", 8),
        ("orb circleci/node@5", 2),
    ]
    many = "a:\n" + "- {b: 1}\n" * (MAX_NODES + 10)
    assert [part.what for part in read(many, "p").unresolved] == [f"parts after the first {MAX_NODES}"]


@pytest.mark.parametrize(
    "path",
    [
        "azure-pipelines.yml", ".azure-pipelines/ci/build.yaml", "azure-pipelines-ci.yml", ".azuredevops/x.yml",
        ".circleci/config.yml", "sub/.drone.yml", "drone.yaml", ".woodpecker.yml", ".woodpecker/test.yaml",
        "bitbucket-pipelines.yml", "buildspec.yml", "ci/buildspec-test.yaml", ".travis.yml", ".buildkite/pipeline.yml",
        ".semaphore/semaphore.yml",
    ],
)  # fmt: skip
def test_names(path):
    assert is_pipeline(path, "")


@pytest.mark.parametrize(
    "path", ["azure.yml", "circleci/config.yml", "drones.yml", "compose.yml", "drone.json", "my-travis.yml"]
)
def test_other_names(path):
    assert not is_pipeline(path, "")


@pytest.mark.parametrize("text", ["image: " + "<<" * 100_000, "volumes: [" + "{name: a}," * 50_000 + "]", "a: &a [*a]"])
def test_hostile_files(text):
    with ends():
        try:
            read(text, "p")
        except ValueError:
            pass
