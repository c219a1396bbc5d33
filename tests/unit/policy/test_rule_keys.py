"""Keys of rules whose value is no condition."""

import pytest

from careen.policy.rule_keys import misshapen


@pytest.mark.parametrize("value", [None, "", [], {}, {"a": 1}, [["a"]], [{}], [""], [None], ["a"]])
def test_what_is_no_text(value):
    assert misshapen({"a": value}) == ["a"]


@pytest.mark.parametrize("value", ["a", 0, 1.5, False])
def test_scalars(value):
    assert misshapen({"a": value}) == misshapen({"a": value}, ("a",)) == misshapen({"a": [value, "b"]}, ("a",)) == []


@pytest.mark.parametrize("value", [None, "", [], {}, [["a"]], [{}], ["a", ""], ["a", None]])
def test_what_is_no_list_of_texts(value):
    assert misshapen({"a": value, "b": "c"}, ("a",)) == ["a"]
