import pytest
from tests.support.versions import assert_order

from careen.versions.deb import VERSION_SCHEME


def test_tilde_sorts_below_the_end_and_letters_below_other_signs():
    assert_order(VERSION_SCHEME, "1.0~~", "1.0~~a", "1.0~", "1.0 = 1.0-0 = 0:1.0", "1.0a", "1.0+", "1.0.")


def test_numbers_compare_as_numbers():
    assert_order(VERSION_SCHEME, "1.9 = 1.09", "1.10", "1.100000000000000000000000000000", "2")


def test_what_distributions_append():
    assert_order(
        VERSION_SCHEME,
        "3.0.11-1~bpo11+1",
        "3.0.11-1~deb12u1",
        "3.0.11-1~deb12u2",
        "3.0.11-1",
        "3.0.11-1ubuntu2",
        "3.0.11-1ubuntu2.1",
        "3.0.11-1+b1",
        "3.0.11-1+deb12u1",
        "3.0.11-2",
    )


def test_a_run_without_digits_counts_as_zero():
    assert_order(VERSION_SCHEME, "1.a = 1.a0", "1.a1")


def test_the_largest_epoch():
    assert VERSION_SCHEME.key("2147483647:1")[0] == 2147483647
    with pytest.raises(ValueError, match="not a deb version"):
        VERSION_SCHEME.key("2147483648:1")


def test_epoch_outweighs_all():
    assert_order(VERSION_SCHEME, "99999", "1:0.1", "1:0.2", "10:0.1")


def test_the_last_hyphen_begins_the_revision():
    assert_order(VERSION_SCHEME, "1-1", "1-1-1", "1-2-1")
    assert_order(VERSION_SCHEME, "1-1", "1+-1", "1-1-1")  # upstream versions 1, 1+ and 1-1


def test_colons_may_follow_an_epoch():
    assert_order(VERSION_SCHEME, "1:1.0", "1:1.0:1")


@pytest.mark.parametrize("text", ["", " ", "a:1", ":1", "1:", "1-", "-1", "1.0 2", "1.ü", "3000000000:1", "-:1"])
def test_refuses_what_dpkg_refuses(text):
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key(text)
