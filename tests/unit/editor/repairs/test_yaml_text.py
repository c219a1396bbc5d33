import textwrap

import pytest
import yaml

from careen.editor.repairs.yaml_text import entries, removed, with_key


def rows(text):
    return textwrap.dedent(text).strip("\n").split("\n")


def entry_of(text, *path):
    return next(entry for entry in entries(text) if entry.path == path)


def loaded(text):
    return yaml.load("\n".join(text), yaml.CSafeLoader)


@pytest.mark.parametrize(
    ("text", "path", "left"),
    [
        ("a:\n  b: 1\n  c: 2\n", ("a", "b"), {"a": {"c": 2}}),
        ("a:\n  b: 1\nd: 3\n", ("a", "b"), {"d": 3}),  # what would be empty goes, too
        ("- a: 1\n  b: 2\n- c\n", (0, "a"), [{"b": 2}, "c"]),
        ("- a: 1\n- c\n", (0, "a"), ["c"]),
        ("a: {b: 1, c: 2}\n", ("a", "b"), {"a": {"c": 2}}),
        ("a: {b: 1, c: 2}\n", ("a", "c"), {"a": {"b": 1}}),
        ("a: [x, 'y z', w]\n", ("a", 1), {"a": ["x", "w"]}),
        ("a:\n  b: |\n    one\n    two\n  c: 1\n", ("a", "b"), {"a": {"c": 1}}),
        ("a:\n- x\n- y # why\n# of b\nb: 1\n", ("a", 1), {"a": ["x"], "b": 1}),
        ("a:\n  - type: bind\n    source: /x\n  - y\n", ("a", 0), {"a": ["y"]}),
    ],
)
def test_an_entry_is_removed_and_the_rest_stays(text, path, left):
    before = rows(text)
    assert loaded(removed(before, entry_of(before, *path))) == left


def test_the_root_is_not_removed():
    assert removed(["a: 1"], entry_of(["a: 1"], "a")) is None


@pytest.mark.parametrize(
    ("text", "path", "value", "made"),
    [
        ("a:\n  x: 1\n", ("a", "b", "c"), "true", {"a": {"x": 1, "b": {"c": True}}}),
        ("a:\n  b:\n    x: 1\nd: 2\n", ("a", "b", "c"), "true", {"a": {"b": {"x": 1, "c": True}}, "d": 2}),
        ("a:\n  b: 1\n", ("a", "b"), "2", {"a": {"b": 2}}),
        ("a: {}\n", ("a", "b", "c"), "2", {"a": {"b": {"c": 2}}}),
        ("a: {x: 1}\n", ("a", "b"), "2", {"a": {"x": 1, "b": 2}}),
        ("a:\n", ("a", "b"), "2", {"a": {"b": 2}}),
        ("a: null\n", ("a", "b"), "2", {"a": {"b": 2}}),
        ("- a: 1\n  b: |\n    text\n- z\n", (0, "c"), "2", [{"a": 1, "b": "text\n", "c": 2}, "z"]),
    ],
)
def test_a_key_is_set(text, path, value, made):
    before = rows(text)
    start = () if path[0] != 0 else (0,)
    assert loaded(with_key(before, entry_of(before, *start).value, path[len(start) :], value)) == made


def test_comments_and_quotes_stay():
    before = ["# top", "a:   # here", "  'x': \"1\"", "", "# end"]
    after = with_key(before, entry_of(before).value, ("a", "b"), "2")
    assert [row for row in after if row != "  b: 2"] == before


@pytest.mark.parametrize("text", ["a: [", "a: &x [*x]", "\x00", "{{ template }}: {{"])
def test_what_is_no_yaml_has_no_entries(text):
    assert entries([text]) == []


def test_an_alias_is_its_anchor_once():
    before = ["a: &x {b: 1}", "c: *x"]
    assert [entry.path for entry in entries(before)] == [(), ("a",), ("a", "b"), ("c",)]
