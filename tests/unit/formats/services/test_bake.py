"""Bake files: builds and the images of their contexts, with lines."""

import pytest
from tests.support.work import ends

from careen.formats.services.bake import is_bake, read

TEXT = """\
variable "TAG" { default = "latest" }
variable "NONE" {}
KIND = "app-${TAG}"
target "_common" {
  args = {
    VERSION = "1.22"
    OTHER = NONE
    KIND = KIND
  }
}
target "app" {
  inherits = ["_common"]
  context = "https://github.com/docker/cli.git#v20.10.9"
  contexts = {
    base = "docker-image://alpine:${TAG}"
    src = "target:_common"
  }
  entitlements = ["security.insecure"]
  network = "host"
  dockerfile-inline = "FROM x"
  name = "app-${v}"
  matrix = { v = ["a"] }
}
"""


def test_targets():
    common, app, base = read(TEXT, "docker-bake.hcl").services
    assert (common.label, dict(common.node["build"]["args"])) == (
        "target _common",
        {"VERSION": "1.22", "OTHER": "${unknown}", "KIND": "app-latest"},
    )
    assert (app.label, app.node["build"]["network"], app.where("build", "entitlements")) == (
        "target app", "host", ("docker-bake.hcl", 18),
    )  # fmt: skip
    assert (base.label, base.image, base.where("image")[1]) == ("context base of target app", "alpine:latest", 15)
    assert [(one.what, one.line) for one in read(TEXT, "a.hcl").unresolved] == [("the Dockerfile in target app", 20)]


def test_json():
    (found,) = read(
        '{"target": {"a": {"context": ".",\n"args": {"X": "1"}}, "b": 1}, "group": {}}', "docker-bake.json"
    ).services
    assert (found.label, found.where("build", "args")[1]) == ("target a", 2)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("docker-bake.hcl", True),
        ("ci/bake.json", True),
        ("docker-bake.override.hcl", True),
        ("bakery.hcl", False),
        ("a.hcl", False),
    ],
)
def test_names(path, expected):
    assert is_bake(path) == expected


def test_what_is_no_bake_file():
    with pytest.raises(ValueError, match="line 1"):
        read("target {", "docker-bake.hcl")
    assert read("[1]", "bake.json").services == ()


def test_many_targets():
    text = "".join(f'target "t{number}" {{ args = {{ A = "x" }} }}\n' for number in range(2000))
    with ends("targets"):
        found = read(text, "docker-bake.hcl")
    assert (len(found.services), found.unresolved[0].what) == (1000, "targets after the first 1000")
