"""Times as interfaces of registries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.registries.kinds.times import moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-01T00:00:00Z", 1767225600.0),
        ("2026-01-01T00:00:00.5Z", 1767225600.5),
        ("2026-01-01T01:00:00+01:00", 1767225600.0),
        ("2026-01-01T00:00:00", 1767225600.0),
        ("0001-01-01T00:00:00Z", -62135596800.0),
        ("", None),
        ("yesterday", None),
        (7, None),
        (None, None),
    ],
)
def test_moments(text, seconds):
    assert moment(text) == seconds


@given(st.text(max_size=40))
def test_any_text(text):
    assert moment(text) is None or isinstance(moment(text), float)
