"""Values: unknown parts, sizes, and lines that stay within their setting."""

import pytest

from careen.formats.data.yaml_document import Mapping
from careen.formats.terraform.values import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_TEXT,
    as_string,
    first_unknown,
    items_of,
    mapping,
    placed,
    sequence,
    sized,
    unknown,
)


def test_an_unknown_value_is_found_at_any_depth():
    value = unknown("var.x")
    assert first_unknown(mapping([("a", sequence([1, mapping([("b", value)])]))])) is value
    assert first_unknown(sequence(["${x}"])) is None


def test_sizes_are_bounded():
    assert sized(sequence([1, sequence([2, 3])])) == 5
    assert sized("x" * 1000) == 11
    shared = sequence([1])
    for _ in range(30):
        shared = sequence([shared, shared])
    deep = sequence([])
    for _ in range(MAX_DEPTH + 1):
        deep = sequence([deep])
    for value in (shared, deep, sequence([0] * MAX_NODES), "x" * (MAX_TEXT + 1), sequence(["x" * MAX_TEXT] * 5)):
        with pytest.raises(ValueError, match=r"over"):
            sized(value)


def test_lines_from_elsewhere_become_those_of_the_setting():
    value = Mapping(100)
    value["a"] = sequence([1, 2], 101)
    value.lines["a"] = 5
    found = placed(value, 4, 6)
    assert (found.line, found.lines["a"], found["a"].lines) == (4, 5, [4, 4])


def test_texts_and_items():
    assert [as_string(value) for value in (True, 2, 2.0, 2.5, "x", None, [])] == ["true", "2", "2", "2.5", "x", None, None]
    assert items_of({"b": 1, "a": 2}) == [("a", 2), ("b", 1)]
    assert items_of(sequence(["x"])) == [(0, "x")]
    assert items_of(1) is None
