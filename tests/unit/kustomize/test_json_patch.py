"""JSON patches: the operations of RFC 6902, and what cannot be applied."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.json_patch import MAX_OPERATIONS, apply
from careen.kustomize.nodes import Nodes

BODY = "a: {b: [1, 2]}\nc/d: 1\ne~f: 2\n"


def applied(operations):
    body = yaml_document.read(BODY)[0]
    apply(body, yaml_document.read(operations)[0], Nodes().copy)
    return body


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("{op: add, path: /a/b/-, value: 3}", {"a": {"b": [1, 2, 3]}}),
        ("{op: add, path: /a/b/0, value: 3}", {"a": {"b": [3, 1, 2]}}),
        ("{op: add, path: /a/b/2, value: 3}", {"a": {"b": [1, 2, 3]}}),
        ("{op: add, path: /x, value: {y: [1]}}", {"x": {"y": [1]}}),
        ("{op: replace, path: /a/b/1, value: 3}", {"a": {"b": [1, 3]}}),
        ("{op: replace, path: /c~1d, value: 3}", {"c/d": 3}),
        ("{op: remove, path: /a/b/0}", {"a": {"b": [2]}}),
        ("{op: remove, path: /e~0f}", {"e~f": None}),
        ("{op: move, from: /a/b/0, path: /x}", {"a": {"b": [2]}, "x": 1}),
        ("{op: copy, from: /a, path: /x}", {"x": {"b": [1, 2]}}),
        ("{op: test, path: /a/b, value: [1, 2]}", {}),
    ],
)
def test_operations(operation, wanted):
    expected = {"a": {"b": [1, 2]}, "c/d": 1, "e~f": 2} | wanted
    assert applied(f"[{operation}]") == {key: value for key, value in expected.items() if value is not None}


@pytest.mark.parametrize(
    "operation",
    [
        *("{op: remove, path: /x}", "{op: remove, path: /a/b/2}", "{op: remove, path: /a/b/-}", "{op: add, path: x, value: 1}"),
        *("{op: add, path: /x/y, value: 1}", "{op: add, path: /a/b/3, value: 1}", "{op: add, path: /a/b/-1, value: 1}"),
        *("{op: replace, path: /x, value: 1}", "{op: replace, path: /a/b/-, value: 1}", "{op: copy, from: /x, path: /y}"),
        *(
            "{op: test, path: /c~1d, value: 2}",
            "{op: other, path: /a}",
            "{path: /a}",
            "a",
            "{op: add, path: /c~1d/x, value: 1}",
        ),
        *("{op: remove, path: /a/b/²}", "{op: remove, path: /a/b/00000000000}"),
    ],
)
def test_what_cannot_be_applied(operation):
    with pytest.raises(ValueError, match=r"does not exist|no path|fails|operation of a JSON patch"):
        applied(f"[{operation}]")


def test_a_patch_has_a_limit():
    with pytest.raises(ValueError, match="more than"):
        applied("[" + "{op: test, path: /c~1d, value: 1}," * (MAX_OPERATIONS + 1) + "]")


def test_the_line_of_a_value_is_that_in_the_patch():
    body = applied("- op: add\n  path: /x\n  value: 1\n- op: add\n  path: /a/b/-\n  value: 3\n")
    assert (body.lines["x"], body.map("a").seq("b").lines) == (3, [1, 1, 6])
