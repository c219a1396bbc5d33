from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.validation.proto_text import MAX_DEPTH, fields


def plain(found):
    return [(field.name, plain(field.value) if isinstance(field.value, list) else field.value) for field in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: 1 b: "x"', [("a", "1"), ("b", '"x"')]),
        ("a { b: X } c < d: -1.5e-3 >", [("a", [("b", "X")]), ("c", [("d", "-1.5e-3")])]),
        ("a: {}; b: [1, 2], c: [{}, {d: 1}]", [("a", []), ("b", "1"), ("b", "2"), ("c", []), ("c", [("d", "1")])]),
        ("# nothing\na: 'x'  # more\n\"y\"", [("a", "'xy'")]),
        ("a: -inf", [("a", "-inf")]),
        ("", []),
    ],
)
def test_fields_in_every_way_to_write_them(text, expected):
    assert plain(fields(text.encode())) == expected


def test_a_field_has_its_line():
    assert [field.line for field in fields(b"a: 1\n\nb {\n}\nc: 2")] == [1, 3, 5]


@pytest.mark.parametrize("text", ["a", "a:", "a: }", "a {", "}", "a: [", "a: [1 2]", ": 1", 'a: "x', "a 1", "a: \x00", "1: 2"])
def test_other_text_is_refused_with_a_line(text):
    with pytest.raises(ValueError, match=r"line 1: "):
        fields(text.encode())


def test_depth_is_bounded():
    with pytest.raises(ValueError, match="nested more than"):
        fields(b"a {" * (MAX_DEPTH + 1))


@given(st.text(alphabet="ab:{}<>[],;\"'\\ \n#-1.", max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        assert isinstance(fields(text.encode()), list)
