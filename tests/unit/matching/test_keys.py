import pytest

from careen.matching.keys import Key, Keys
from careen.plugins import VersionScheme


def scheme(name="x"):
    asked = []

    def key(text):
        asked.append(text)
        if text.startswith("v"):
            raise ValueError(text)
        return (text,)

    return VersionScheme(name, key), asked


def test_each_key_is_computed_once():
    one, asked = scheme()
    key = Key(one)
    assert (key("1"), key("1"), key("v1"), key("v1")) == (("1",), ("1",), None, None)
    assert asked == ["1", "v1"]


@pytest.mark.parametrize("text", ["unknown", "dev-main", ""])
def test_text_without_a_digit_has_no_key(text):
    one, asked = scheme()
    assert Key(one)(text) is None
    assert asked == []


def test_the_keys_of_a_scheme_are_made_once():
    one, _ = scheme("one")
    other, _ = scheme("other")
    keys = Keys({"one": one, "other": other})
    assert keys["one"] is keys["one"]
    assert keys["one"] is not keys["other"]
    with pytest.raises(KeyError):
        keys["none"]
