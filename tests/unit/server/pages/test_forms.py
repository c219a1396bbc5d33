"""Values of forms, and refusals as sentences."""

import pytest

from careen.server.errors import Refused
from careen.server.pages.forms import lines, sentence, whole


def test_numbers_and_lines():
    assert (whole("", "n"), whole(" 7 ", "n")) == (None, 7)
    for text in ("x", "-1", "1.5", "٣", "9" * 16):
        with pytest.raises(Refused):
            whole(text, "n")
    assert lines(" a \r\n\n b") == ["a", "b"]


def test_a_refusal_is_a_sentence():
    assert sentence(Refused(422, "it is odd", hint="try again")) == "It is odd. Try again."
    assert sentence(Refused(422, "Why?")) == "Why?"
