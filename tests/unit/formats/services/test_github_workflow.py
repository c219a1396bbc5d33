"""Containers of GitHub Actions' jobs, steps and services, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.github_workflow import is_workflow, read

PATH = ".github/workflows/ci.yml"
TEXT = """\
on:
  workflow_call:
    inputs:
      tool: {default: "tool:2"}
env:
  TAG: latest
jobs:
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        image: ["debian:12", debian]
        at: [{tag: "1"}]
        include:
          - image: fedora:latest
    container:
      image: ${{ matrix.image }}
      options: --privileged --cap-add SYS_ADMIN
      volumes:
        - /var/run/docker.sock:/var/run/docker.sock
      credentials:
        username: me
        password: hunter2
    services:
      db:
        image: postgres:${{ matrix.at.tag }}
        credentials: {username: me, password: "${{ secrets.REGISTRY }}"}
    steps:
      - uses: docker://alpine
      - uses: docker://${{ inputs.tool }}
      - uses: actions/checkout@v4
      - run: |
          # no container

          docker run --privileged \\
            "app:${{ env.TAG }}"
      - shell: pwsh
        run: docker run windows
  short:
    runs-on: ubuntu-latest
    container: node:${{ vars.NODE }}
  other:
    uses: org/repo/.github/workflows/x.yml@main
  ours:
    uses: ./.github/workflows/y.yml
"""


def images(text, path=PATH):
    return [(service.label, service.image, service.where("image")[1]) for service in read(text, path).services]


def test_containers_services_steps_and_scripts():
    assert images(TEXT) == [
        ("job build", "debian:12", 17),
        ("job build", "debian", 17),
        ("job build", "fedora:latest", 17),
        ("service db of job build", "postgres:1", 26),
        ("step of job build", "alpine", 29),
        ("step of job build", "tool:2", 30),
        ("container app", "app:latest", 36),
        ("job short", "node:${{vars.NODE}}", 41),
    ]


def test_options_volumes_and_credentials():
    found = read(TEXT, PATH)
    job = found.services[0]
    assert job.is_on("privileged") and job.added == {"SYS_ADMIN"} and job.where("privileged") == (PATH, 18)
    assert [(mount.host_path, job.where("volumes", mount.index)[1]) for mount in job.mounts()] == [("/var/run/docker.sock", 20)]
    assert [(name, secret.where("content")[1]) for name, secret in found.secrets.items()] == [
        ("for the registry of job build", 23)
    ]


def test_what_is_elsewhere_has_its_line():
    assert [(one.what, one.line) for one in read(TEXT, PATH).unresolved] == [
        ("image node:${{vars.NODE}}", 41),
        ("workflow org/repo/.github/workflows/x.yml@main", 43),
    ]


def test_actions():
    container = "name: Lint\nruns:\n  using: docker\n  image: docker://alpine\n"
    assert images(container, "action.yml") == [("action Lint", "alpine", 4)]
    assert images(container.replace("docker://alpine", "Dockerfile"), "action.yml") == []
    steps = "runs:\n  using: composite\n  steps:\n    - run: docker run x:1\n      shell: bash\n"
    assert images(steps, "action.yml") == [("container x", "x:1", 4)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (PATH, "", True),
        (".forgejo/workflows/x.yaml", "", True),
        ("ci.yml", "on: push\njobs:\n  a:\n    runs-on: x\n", True),
        ("jobs.yml", "jobs:\n  - a\n", False),
        (".github/workflows/README.md", "", False),
        ("deploy/action.yml", "runs:\n  using: docker\n", True),
        ("deploy/action.yml", "apiVersion: v1\n", False),
    ],
)
def test_recognition(path, text, expected):
    assert is_workflow(path, text) == expected


@pytest.mark.parametrize(
    "text", ["", "- a\n", "jobs: 1\n", "jobs: {a: 1, b: {container: [1]}}\n", "jobs: {a: {strategy: x}}\n"]
)
def test_other_shapes_have_no_container(text):
    assert read(text, PATH).services == ()


def test_a_matrix_is_bounded():
    values = ", ".join(map(str, range(2000)))
    keys = "".join(f"        k{number}: [{values}]\n" for number in range(20))
    image = "".join(f"${{{{ matrix.k{number} }}}}" for number in range(20))
    job = f"  a:\n    strategy:\n      matrix:\n{keys}    container: x:{image}\n"
    with ends("matrix"):
        assert len(read(f"jobs:\n{job}", PATH).services) == 100


def test_a_file_of_jobs_is_bounded():
    jobs = "".join(f"  j{number}: {{container: x, steps: [{{run: docker run y}}]}}\n" for number in range(5000))
    with ends("jobs"):
        found = read(f"jobs:\n{jobs}", PATH)
    assert len(found.services) == 2000
    assert found.unresolved[-1].what == "containers after the first 2000"
