"""Documents with the line of every key and item; bombs, cycles and depth end soon."""

import pytest
from tests.support.work import ends

from careen.formats.data import yaml_document

TEXT = """\
# first
kind: Pod
spec:
  containers:
    - name: web
      args: [a, "b"]
      script: |
        one
        two

    - name: side
  last: {x: 1}
---
second: true
"""


def test_documents_with_the_line_of_every_key_and_item():
    first, second = yaml_document.read(TEXT)
    assert first.line_of("spec", "containers", 1, "name") == 11
    assert first.line_of("spec", "containers", 0, "args", 1) == 6
    assert first.map("spec").lines == {"containers": 4, "last": 12}
    assert first.seq("spec", "containers").lines == [5, 11]
    assert first.maps("spec", "containers")[0].end_line in (9, 10)
    assert first.end_line == 12
    assert second.line == 14
    assert second == {"second": True}


def test_the_line_of_what_is_not_there_is_that_of_its_parent():
    (document,) = yaml_document.read("a:\n  b: 1\n")
    assert document.line_of("a", "c", "d") == 1
    assert document.line_of("x") == 1


def test_getters_bear_any_type():
    (document,) = yaml_document.read("a: 1\nb: [x, 2, {c: d}]\ne: {f: [1]}\n")
    assert document.map("a") == {}
    assert document.map("a", "b") == {}
    assert document.seq("a") == []
    assert document.maps("b") == [{"c": "d"}]
    assert document.text("b") == ""
    assert document.text("a") == "1"
    assert document.texts("b") == ["x", "2"]
    assert document.texts("a") == ["1"]
    assert document.texts("e", "f") == ["1"]
    assert document.texts("e") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("yes", True), ("On", True), ("false", False), ("~", None), ("", None), ("null", None), ("nULL", "nULL")),
        *(("12", 12), ("-3", -3), ("0755", 493), ("0o17", 15), ("0x1F", 31), ("1_000", 1000), ("1.5", 1.5), ("1e3", 1000.0)),
        *(
            ("12:30", "12:30"),
            ("80:8080", "80:8080"),
            ("1.2.3", "1.2.3"),
            ("0.5m", "0.5m"),
            ("-", "-"),
            ("2024-01-01", "2024-01-01"),
        ),
        ("9" * 50, "9" * 50),
    ],
)
def test_plain_scalars(text, value):
    assert yaml_document.scalar(text) == value
    assert type(yaml_document.scalar(text)) is type(value)


def test_quoted_scalars_stay_text():
    assert yaml_document.read('a: "true"\nb: \'1\'\nc: "null"\n') == [{"a": "true", "b": "1", "c": "null"}]


def test_a_tag_decides_about_a_quoted_scalar():
    text = 'a: !!bool "true"\nb: !!int "0"\nc: !!str true\nd: !!null ""\nf: !other "true"\n'
    assert yaml_document.read(text) == [{"a": True, "b": 0, "c": "true", "d": None, "f": "true"}]


def test_one_letter_is_a_boolean_as_the_value_of_a_key():
    text = "y: y\nn: [y, n]\nprivileged: Y\nother: n\nquoted: 'y'\n"
    assert yaml_document.read(text) == [{"y": True, "n": ["y", "n"], "privileged": True, "other": False, "quoted": "y"}]


def test_json_with_tabs():
    assert yaml_document.read('{"a": [1,\n\t{"b": null}], "c": false}') == [{"a": [1, {"b": None}], "c": False}]


def test_merge_keys_give_way_to_the_mapping_s_own():
    (document,) = yaml_document.read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc:\n  <<: [*a, {z: 4}]\n")
    assert document["b"] == {"x": 1, "y": 3}
    assert document["c"] == {"x": 1, "y": 2, "z": 4}


def test_an_alias_is_the_object_of_its_anchor():
    (document,) = yaml_document.read("a: &a {x: 1}\nb: *a\n")
    assert document["a"] is document["b"]


def test_the_last_of_equal_keys_counts():
    assert yaml_document.read("a: 1\na: 2\n") == [{"a": 2}]


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
MERGES = "a0: &a0\n  k: 1\n" + "".join(f"a{i}: &a{i}\n  k{i}: 1\n  <<: *a{i - 1}\n" for i in range(1, 3000))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "aliases expanded"),
        (MERGES, "aliases expanded"),
        ("a: &a [*a]", "inside its own anchor"),
        ("a: &a {b: {c: *a}}", "inside its own anchor"),
        ("a: *b", "unknown anchor"),
        ("a: &a 1\n---\nb: *a", "unknown anchor"),
        ("[" * 100_000, "nesting"),
        ("- " * 5000 + "x", "nest"),
        ("a: [", "line"),
        ("\ta: b", "line 1"),
        ("a: \0", "not YAML"),
        ("x" * (yaml_document.MAX_CHARACTERS + 1), "MiB"),
        ("{{ template }}: {{ x }}\n{{- end }}", "not YAML"),
    ],
    ids=lambda value: value[:12],
)
def test_other_text_is_refused_soon(text, message):
    with ends(), pytest.raises(ValueError, match=message):
        yaml_document.read(text)


def test_nodes_are_limited(monkeypatch):
    monkeypatch.setattr(yaml_document, "MAX_NODES", 100)
    with pytest.raises(ValueError, match="100 YAML nodes"):
        yaml_document.read("- x\n" * 200)


def test_a_long_text_that_aliases_repeat_is_bounded():
    long = "x" * 1_000_000
    assert len(yaml_document.read(f"a: &a {long}\nb: [{', '.join(['*a'] * 50)}]\n")[0]["b"]) == 50
    with pytest.raises(ValueError, match="aliases expanded"):
        yaml_document.read(f"a: &a {long}\nb: [{', '.join(['*a'] * 70)}]\n")


def test_many_documents_are_read_soon():
    text = "---\n".join([TEXT.partition("---")[0]] * 2000)
    with ends():
        assert len(yaml_document.read(text)) == 2000


def test_walk_gives_each_node_with_its_path_up_to_a_limit():
    (document,) = yaml_document.read("a: [{b: 1}]\nc: 2\n")
    assert [path for path, _ in yaml_document.walk(document)] == [(), ("a",), ("a", 0)]
    assert len(list(yaml_document.walk(document, 2))) == 2


def test_a_quoted_key_merges_nothing():
    (document,) = yaml_document.read('a: &a {x: 1}\nb: {"<<": *a}\nc: {<<: *a}\n')
    assert (document["b"], document["c"]) == ({"<<": {"x": 1}}, {"x": 1})
