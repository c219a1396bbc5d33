import pytest
from tests.support.versions import assert_order

from careen.versions.openssl import VERSION_SCHEME


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1.0.1f",
        "1.0.2",
        "1.0.2a",
        "1.0.2k = 1.0.2k-fips",
        "1.0.2z",
        "1.0.2za",
        "3.0.0-beta1",
        "3.0.0",
        "3.0.3",
    )


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("x")
