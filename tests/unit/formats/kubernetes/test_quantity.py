"""Quantities and counts as numbers."""

import pytest

from careen.formats.kubernetes.quantity import count, quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("500m", 0.5), ("1", 1.0), (2, 2.0), ("1Gi", 1024.0**3), ("1M", 1e6), ("1e3", 1000.0), ("0.5", 0.5), ("-1", -1.0)),
        *(("x", None), ("", None), (None, None), ("1Q", None), ("..", None)),
    ],
)
def test_quantities(text, number):
    assert quantity(text) == number


@pytest.mark.parametrize(("value", "of", "number"), [("50%", 10, 5.0), ("50%", None, None), (3, None, 3.0), ("x", 1, None)])
def test_counts(value, of, number):
    assert count(value, of) == number
