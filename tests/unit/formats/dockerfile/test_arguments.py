import pytest

from careen.formats.dockerfile.arguments import json_array, words_of


def test_json_arrays():
    assert json_array(' [ "a", "\\u00e9" ] ') == ("a", "é")
    for text in ("", "a", "[", '["a",]', "[" * 100_000):
        with pytest.raises(ValueError):
            json_array(text)
    with pytest.raises(TypeError):
        json_array('["a", null]')


def test_words_keep_quotes():
    assert words_of("a 'b c'd \"e f\" g\\ h") == ["a", "'b c'd", '"e f"', "g\\ h"]
