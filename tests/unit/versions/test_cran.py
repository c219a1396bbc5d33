import pytest
from tests.support.versions import assert_order

from careen.versions.cran import VERSION_SCHEME


def test_order():
    assert_order(VERSION_SCHEME, "0.1", "0.1-0 = 0.1.0 = 0.01.0", "0.1-1", "0.9", "0.75", "1.0")


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("1.a")
