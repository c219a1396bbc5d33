"""``careen fix --base-tags`` asks a registry for newer images of the base, and moves FROM to one of them."""

import json
import subprocess

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.registry import Registry

FLAGS = ("--offline", "--quiet", "--advisories", ADVISORIES)
LODASH, MINIMIST = "4.17.15", "1.2.5"  # both have findings; 4.17.21 and 1.2.6 have none


def layer(**versions):
    files = {f"base/node_modules/{name}/package.json": {"name": name, "version": version} for name, version in versions.items()}
    return make_layer({path: json.dumps(package).encode() for path, package in files.items()})


def base(*layers):
    return make_image(layers, history=[*({"created_by": "ADD base /"} for _ in layers), CMD])


CMD = {"created_by": 'CMD ["node"]', "empty_layer": True}
OLD, OWN = layer(lodash=LODASH, minimist=MINIMIST), make_layer({"app/own.txt": b"own"})
BASES = {
    "1.2.3": base(layer(lodash=LODASH, minimist="1.2.6")),  # built again since
    "1.2.5": base(layer(lodash="4.17.21", minimist="1.2.6")),
    "1.2.4": base(OLD),
    "1.3.0": base(layer(lodash="4.17.21", minimist=MINIMIST, requests="1")),
    "1.3": base(layer(lodash="4.17.21", minimist=MINIMIST, requests="1")),
    "1.2.3-slim": base(layer(minimist=MINIMIST)),
    "2.0.0": base(layer(lodash="4.17.21", minimist="1.2.6")),  # as 1.2.5
    "1.4.0-rc1": base(OLD),
}


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture
def registry():
    with Registry() as registry:
        for tag, image in BASES.items():
            registry.push("team/node", tag, image)
        yield registry


@pytest.fixture
def image(tmp_path):
    steps = [{"created_by": "ADD base /"}, CMD, {"created_by": "COPY own.txt /app/own.txt # buildkit"}]
    return write_docker_archive(tmp_path / "app.tar", make_image((OLD, OWN), history=steps))


@pytest.fixture
def dockerfile(tmp_path, registry):
    path = tmp_path / "Dockerfile"
    text = f"ARG VERSION=1.2.3\n\nFROM --platform=linux/amd64 \\\n  {registry.host}/team/node:${{VERSION}} AS base\n"
    path.write_text(f"{text}\nFROM base\nCOPY own.txt /app/own.txt\n")
    return path


def fix(shell, *arguments):
    done = shell.run("fix", *arguments, *FLAGS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tags_with_what_each_removes_and_adds(shell, registry, image):
    name = f"{registry.host}/team/node"
    found = json.loads(fix(shell, image, "--base-tags", "--base", f"{name}:1.2.3", "--format", "json"))["base_tags"]
    assert (found["reference"], found["findings"], found["by_layers"]) == (f"{name}:1.2.3", 2, True)
    rows = [(tag["kind"], tag["reference"], tag["findings"], tag["removes"], tag["adds"]) for tag in found["tags"]]
    assert rows == [
        ("present", f"{name}:1.2.3", 1, 1, 0),
        ("patch", f"{name}:1.2.5", 0, 2, 0),
        ("minor", f"{name}:1.3.0", 1, 1, 0),
        ("slim", f"{name}:1.2.3-slim", 1, 1, 0),
    ]  # 2.0.0 is the same image as 1.2.5
    assert [tag["digest"] for tag in found["tags"]][:2] == [BASES["1.2.3"].digest, BASES["1.2.5"].digest]
    assert all(tag["size_bytes"] > 0 for tag in found["tags"])
    assert found["chosen"] == f"{name}:1.2.5"
    again = fix(shell, image, "--base-tags", "--base", f"{name}:1.2.3", "--format", "json")
    assert json.loads(again)["base_tags"] == found


def test_the_diff_moves_from_to_the_digest(shell, registry, image, dockerfile):
    diff = fix(shell, image, "--base-tags", "--dockerfile", dockerfile, "--format", "diff")
    pinned = f"{registry.host}/team/node:1.2.5@{BASES['1.2.5'].digest}"
    assert f"-  {registry.host}/team/node:${{VERSION}} AS base\n+  {pinned} AS base\n" in diff
    subprocess.run(["patch", "-p1"], input=diff.encode(), cwd=dockerfile.parent, check=True, capture_output=True)
    assert f"FROM --platform=linux/amd64 \\\n  {pinned} AS base\n\nFROM base\n" in dockerfile.read_text()


def test_another_tag_can_be_chosen(shell, registry, image, dockerfile):
    diff = fix(shell, image, "--base-tag", "1.3", "--dockerfile", dockerfile, "--format", "diff")
    assert f"+  {registry.host}/team/node:1.3@{BASES['1.3'].digest} AS base" in diff
    done = shell.run("fix", image, "--base-tag", "9", "--dockerfile", dockerfile, *FLAGS)
    assert (done.returncode, "has no tag '9'" in done.stderr) == (3, True)


def test_the_text(shell, registry, image):
    lines = fix(shell, image, "--base-tags", "--base", f"{registry.host}/team/node:1.2.3").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Base image"))
    assert lines[at].endswith("team/node:1.2.3: 2 findings in its layers")
    assert [line.split()[:4] for line in lines[at + 2 : at + 6]] == [
        ["present", "1", "1", "0"],
        ["patch", "0", "2", "0"],
        ["minor", "1", "1", "0"],
        ["slim", "1", "1", "0"],
    ]


def test_a_tag_that_cannot_be_read_is_reported_and_not_chosen(shell, registry, image):
    registry.altered[BASES["1.2.5"].digest] = b"{}"
    blob = next(iter(BASES["1.2.5"].blobs()))
    registry.altered[blob] = b"other"
    arguments = ("--base-tags", "--base", f"{registry.host}/team/node:1.2.3", "--no-cache", "--format", "json")
    found = json.loads(fix(shell, image, *arguments))["base_tags"]
    broken = next(tag for tag in found["tags"] if tag["kind"] == "patch")
    assert broken["error"] or broken["coverage"] == "not_assessed"
    assert found["chosen"].endswith(":1.2.3")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--base-tags",), "the name of the base image is not known"),
        (("--base-tags", "--base", "node@sha256:" + "0" * 64), "has no tag"),
        (("--base-tags", "--base", "127.0.0.1:9/team/node:1"), "127.0.0.1:9"),
    ],
)
def test_no_base_image_to_ask_for(shell, image, flags, message):
    done = shell.run("fix", image, *flags, *FLAGS, "--timeout", "1")
    assert done.returncode in (2, 3)
    assert message in done.stderr
