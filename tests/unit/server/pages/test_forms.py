"""Values of forms, and refusals as sentences."""

import pytest

from careen.server.errors import Refused
from careen.server.pages.forms import lines, sentence, whole, wrong_value


def test_numbers_and_lines():
    assert (whole("", "n"), whole(" 7 ", "n")) == (None, 7)
    for text in ("x", "-1", "1.5", "٣", "9" * 16):
        with pytest.raises(Refused):
            whole(text, "n")
    assert lines(" a \r\n\n b") == ["a", "b"]


def test_a_refusal_is_a_sentence():
    assert sentence(Refused(422, "it is odd", hint="try again")) == "It is odd. Try again."
    assert sentence(Refused(422, "Why?")) == "Why?"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            "Expected `str` matching regex '^[a-z - at `$.x`]' - at `$.host`",
            "“Address”: it is empty, or has characters that do not",
        ),
        ("Expected `str` of length <= 200 - at `$.name`", "“name”: it must have at most 200 characters"),
        ("Expected `str` of length >= 1 - at `$.include[...]`", "“Repositories”: it must not be empty"),
        ("Expected `int` >= 1 - at `$.every_hours`", "“every hours”: it must be at least 1"),
        ("Invalid enum value 'x' - at `$.kind`", "“kind”: it is none of the choices"),
        ("Object missing required field `x`", "the form has a wrong value"),
    ],
)
def test_a_wrong_value_is_explained_without_expressions(error, shown):
    text = wrong_value(error)
    assert shown in text and "regex" not in text and "`" not in text
