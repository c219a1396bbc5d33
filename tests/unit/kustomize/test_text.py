"""Objects as text: another reader of YAML gets the same values, and each line has an origin."""

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from careen.formats.data import yaml_document
from careen.kustomize.nodes import Nodes
from careen.kustomize.text import text_of

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


def as_node(value):
    if isinstance(value, dict):
        made = yaml_document.Mapping(1)
        for key, item in value.items():
            yaml_document.put(made, key, as_node(item), 1)
        return made
    if isinstance(value, list):
        items = yaml_document.Sequence(1)
        items += [as_node(item) for item in value]
        items.lines += [1] * len(value)
        return items
    return value


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_values_stay_the_same(value):
    text, origins = text_of([as_node(value)], Nodes())
    (found,) = yaml_document.read(text)
    assert (found or {}) == value
    assert len(origins) == len(text.split("\n"))


@pytest.mark.parametrize("value", ["yes", "1", "1e3", "null", "a: b", "- x", "#", "\u0085", "\u2028", "\x7f", "\ufeff", "é😀"])
def test_texts_stay_texts(value):
    text, _ = text_of([as_node({"a": value})], Nodes())
    assert yaml.safe_load(text) == {"a": value}


def test_numbers_that_yaml_lacks_become_texts():
    text, _ = text_of([as_node({"a": math.inf, "b": 1e100})], Nodes())
    assert yaml_document.read(text)[0]["a"] == "inf"


def test_each_line_has_the_origin_of_its_key_or_item():
    nodes = Nodes()
    body = nodes.of_file(yaml_document.read("a:\n- {b: 1,\n   c: [x,\n    y]}\nd: {}\n")[0], "f.yaml")
    text, origins = text_of([body], nodes)
    assert text.split("\n") == ["---", '"a":', " -", '  "b": 1', '  "c":', '   - "x"', '   - "y"', '"d": {}']
    assert [line for _, line in origins] == [1, 1, 2, 2, 3, 3, 4, 5]


@pytest.mark.parametrize("value", ["a\nb", "a\n", "\n", " a\n  b\n\tc\n", 'q"\\\n\\', "a \n b\n\n", "\u0085\n\u2028"])
def test_each_line_of_a_text_has_a_row_below_its_key(value):
    (body,) = yaml_document.read("k: 1\nl: [2]\n")
    body["k"] = body["l"][0] = value
    nodes = Nodes()
    text, origins = text_of([nodes.of_file(body, "f")], nodes)
    assert yaml.safe_load(text) == {"k": value, "l": [value]}
    rows = value.count("\n") + 1
    assert [line for _, line in origins] == [1, 1, *range(2, 2 + rows), 2, 2, *range(3, 3 + rows)]
