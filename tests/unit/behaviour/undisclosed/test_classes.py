"""Which weakness a text names."""

import pytest

from careen.behaviour.undisclosed.classes import weakness_of


@pytest.mark.parametrize(
    ("item", "weakness"),
    [
        ("Fix a stack-based buffer overflow in parse()", "overflow"),
        ("Avoid out-of-bounds read", "out of bounds"),
        ("fix UAF on close", "use after free"),
        ("prevent shell command injection by file names", "injection"),
        ("reject path traversal in archives", "traversal"),
        ("authentication bypass", "bypass"),
        ("stop an infinite loop on malformed input", "denial of service"),
        ("NULL pointer dereference", "crash"),
        ("d/control: update Homepage", ""),
    ],
)
def test_classes(item, weakness):
    assert weakness_of(item) == weakness
