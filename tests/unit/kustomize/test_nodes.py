"""Copies of nodes, whose lines name their file."""

import pytest

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.kustomize import nodes as module
from careen.kustomize.nodes import Nodes


def test_lines_name_their_file():
    nodes = Nodes()
    first = nodes.of_file(yaml_document.read("a:\n- b\n- {c: 1}\n")[0], "one.yaml")
    second = nodes.of_file(yaml_document.read("\nd: 1\n")[0], "two.yaml", line=10)
    third = nodes.of_file(yaml_document.read("\nd: 1\n")[0], "two.yaml", line=10, fixed=True)
    copied = nodes.copy(first)
    assert copied == first
    assert copied is not first
    assert [nodes.origin(line) for line in copied.seq("a").lines] == [("one.yaml", 2), ("one.yaml", 3)]
    assert nodes.origin(copied.maps("a")[0].lines["c"]) == ("one.yaml", 3)
    assert nodes.origin(second.lines["d"]) == ("two.yaml", 12)
    assert nodes.origin(third.lines["d"]) == ("two.yaml", 10)
    assert nodes.origin(0) is None


def test_all_copies_have_one_budget(monkeypatch):
    monkeypatch.setattr(module, "MAX_NODES", 10)
    nodes = Nodes()
    body = yaml_document.read("a: {b: {c: 1}}")[0]
    nodes.of_file(body, "a.yaml")
    with pytest.raises(FileLimitError, match="over 10 nodes"):
        nodes.copy(body)
