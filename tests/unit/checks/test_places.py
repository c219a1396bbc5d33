from types import SimpleNamespace

from careen.checks.places import at, below
from careen.formats.data.yaml_document import Mapping, read
from careen.plugins import Place

(NODE,) = read("a:\n  b: 1\n")


def test_the_deepest_key_that_exists():
    holder = SimpleNamespace(label="Pod x", node=NODE, resource=SimpleNamespace(path="p.yaml"))
    assert at(holder, "is odd", "a", "b", "c") == Place("Pod x is odd", 2, path="p.yaml")
    assert at(holder, "is odd", "z").line == 1
    unknown = SimpleNamespace(label="Pod x", node=Mapping(), resource=SimpleNamespace(path=""))
    assert at(unknown, "is odd") == Place("Pod x is odd")


def test_a_place_below_a_service():
    holder = SimpleNamespace(label="service a", where=lambda *keys: ("p.yaml", len(keys)))
    assert below(holder, "is odd", "x", "y") == Place("service a is odd", 2, path="p.yaml")
    assert below(holder, "is odd") == Place("service a is odd", None, path="p.yaml")
