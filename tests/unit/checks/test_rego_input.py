"""Documents as input of checks in Rego."""

from types import SimpleNamespace

from careen.checks import rego_input
from careen.formats.data.yaml_document import read
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.kubernetes.manifest_files import Manifests, resources
from careen.formats.services import compose
from careen.formats.terraform import configuration
from careen.model.filesystem import Entry, FileSystem
from careen.model.image import ImageConfig

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    x/y~z: 1\nspec:\n  containers:\n  - name: c\n"


def test_kubernetes_with_the_line_of_each_entry():
    (view,) = rego_input.kubernetes(Manifests(resources(read(POD), "a.yaml")))
    assert (view.input["path"], view.input["line"], view.input["document"]["kind"]) == ("a.yaml", 1, "Pod")
    lines = view.input["lines"]
    assert (lines["/metadata/labels/x~1y~0z"], lines["/spec/containers/0"], lines["/spec/containers/0/name"]) == (6, 9, 9)
    assert view.where("metadata", "name") == ("a.yaml", 4)


def test_compose():
    text = "services:\n  a:\n    image: x\nnetworks:\n  n:\n    internal: true\n"
    (view,) = rego_input.compose(compose.read([("c.yaml", text)]))
    assert (view.input["services"], view.input["networks"]) == ({"a": {"image": "x"}}, {"n": {"internal": True}})
    assert view.where("services", "a", "image") == ("c.yaml", 3)
    assert view.where("networks", "n", "internal") == ("c.yaml", 6)
    assert view.where("services", "none") == view.where() == ("c.yaml", None)


def test_a_dockerfile():
    (view,) = rego_input.dockerfile(read_dockerfile("FROM a AS x\nENV V=1\nRUN b $V \\\n c\n"))
    (stage,) = view.input["stages"]
    assert (stage["name"], stage["image"], stage["line"]) == ("x", "a", 1)
    run = stage["instructions"][1]
    assert (run["instruction"], run["line"], run["end_line"], run["commands"]) == ("RUN", 3, 4, [["b", "$V", "c"]])


def test_an_image(monkeypatch):
    monkeypatch.setattr(rego_input, "MAX_FILES", 1)
    files = FileSystem((Entry("a", "f", 0o4755, 1, 2), Entry("b", "f")))
    (view,) = rego_input.image(SimpleNamespace(config=ImageConfig(user="x"), filesystem=files))
    assert view.input["config"]["user"] == "x"
    assert view.input["files"] == [{"path": "a", "kind": "f", "mode": 0o4755, "uid": 1, "gid": 2}]


def test_terraform_by_address():
    text = 'resource "t" "x" {\n  a = var.a\n  b {\n    c = 1\n  }\n}\n'
    (view,) = rego_input.terraform(configuration.read({"main.tf": text}))
    (resource,) = view.input["resources"]
    assert (resource["address"], resource["mode"], resource["values"]) == ("t.x", "managed", {"a": "${var.a}", "b": [{"c": 1}]})
    assert view.where("t.x", "b", 0, "c") == ("main.tf", 4)
    assert view.where("none") == view.where() == ("main.tf", None)
