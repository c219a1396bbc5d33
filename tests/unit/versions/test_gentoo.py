import pytest
from tests.support.versions import assert_order

from careen.versions.gentoo import VERSION_SCHEME


def test_order():
    assert_order(
        VERSION_SCHEME,
        "1_alpha = 1_alpha0",
        "1_alpha1",
        "1_beta",
        "1_pre",
        "1_rc_p1",
        "1 = 1-r0 = 01",
        "1-r1",
        "1_p",
        "1b",
        "1.0",
        "1.00100000000",
        "1.0010000000000000001",
        "1.01 = 1.010",
        "1.1",
        "1.10",
    )


def test_refuses_other_text():
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key("1.0_x1")
