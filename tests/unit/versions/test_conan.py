import pytest
from tests.support.versions import assert_order

from careen.versions.conan import VERSION_SCHEME


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.1-alpha.1",
        "1.1 = 1.1.0",
        "1.1+b2",
        "1.1.3",
        "1.1.22",
        "1.1.a",
        "1.2",
        "1.2.3*",
        "a.b.c",
        "b.c",
    )


def test_refuses_empty_text():
    with pytest.raises(ValueError, match="empty"):
        VERSION_SCHEME.key(" ")
