"""Strategic merge patches: what is merged, replaced and deleted, and where the result is written."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.merge import merged


def laid_over(base, patch, known=True):
    return merged(yaml_document.read(base)[0], yaml_document.read(patch)[0], known)


@pytest.mark.parametrize(
    ("base", "patch", "wanted"),
    [
        ("a: 1\nb: {c: 2}", "b: {d: 3}", {"a": 1, "b": {"c": 2, "d": 3}}),
        ("a: 1\nb: 2", "a: null", {"b": 2}),
        ("a: {b: 1, c: 2}", "a: {$patch: replace, d: 3}", {"a": {"d": 3}}),
        ("a: {b: 1}\nc: 2", "a: {$patch: delete}", {"c": 2}),
        ("a: {b: 1, c: 2}", "a: {$retainKeys: [c], c: 3}", {"a": {"c": 3}}),
        ("a: [1, 2]", "a: [3]", {"a": [3]}),
        ("a: 1", "a: {b: [1, {c: null, d: 1}]}", {"a": {"b": [1, {"d": 1}]}}),
        (
            "env: [{name: a, value: 1}, {name: b}]",
            "env: [{name: c}, {name: a, value: 2}]",
            {"env": [{"name": "c"}, {"name": "a", "value": 2}, {"name": "b"}]},
        ),
        ("env: [{name: a}, {name: b}]", "env: [{name: a, $patch: delete}]", {"env": [{"name": "b"}]}),
        ("env: [{name: a}]", "env: [{$patch: replace}, {name: b}]", {"env": [{"name": "b"}]}),
        (
            "ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]",
            "ports: [{containerPort: 53, protocol: UDP, name: u}]",
            {"ports": [{"containerPort": 53, "protocol": "UDP", "name": "u"}, {"containerPort": 53}]},
        ),
        ("ports: [{protocol: TCP}]", "ports: [{protocol: UDP}]", {"ports": [{"protocol": "UDP"}]}),
        ("ports: [{port: 1}]", "ports: [1]", {"ports": [1]}),
        ("volumes: [a, {name: b}]", "volumes: [{name: b, x: 1}, {y: 2}]", {"volumes": [{"name": "b", "x": 1}, {"y": 2}, "a"]}),
    ],
)
def test_merged(base, patch, wanted):
    assert laid_over(base, patch) == wanted


def test_lists_of_kinds_that_kubernetes_lacks_are_replaced():
    assert laid_over("env: [{name: a}]", "env: [{name: b}]", known=False) == {"env": [{"name": "b"}]}


def test_a_whole_object_is_deleted():
    assert laid_over("a: 1", "$patch: delete") is None


def test_lines_are_those_of_what_is_written_last():
    found = laid_over("env:\n- name: a\n  value: 1\n  x: 1\n", "\n\n\n\n\nenv:\n- name: a\n  value: 2\n  x: 1\n")
    assert found.lines["env"] == 6
    item = found.seq("env")[0]
    assert (found.seq("env").lines, item.lines) == ([2], {"name": 2, "value": 8, "x": 4})
