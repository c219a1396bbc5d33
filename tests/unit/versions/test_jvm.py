import pytest
from tests.support.versions import assert_order

from careen.versions.jvm import VERSION_SCHEME


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.7.0_80",
        "1.8.0 = 8 = 8.0.0",
        "8.0.4+3",
        "1.8.0_131-ea-b11 = 8.0.131-ea+11",
        "1.8.0_131 = 8.0.131 = 1.8.0_131-b11 = 8u131",
        "9-ea",
        "9",
        "11.0.4+11",
        "11.0.20.1",
    )


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("x")
