import pytest
from tests.support.versions import assert_order

from careen.versions.rpm import VERSION_SCHEME


def test_tilde_end_caret_letters_numbers():
    assert_order(
        VERSION_SCHEME, "1.0~rc1", "1.0~rc1^git1", "1.0~rc2", "1.0 = 1_0 = 1.0.", "1.0^", "1.0^git1", "1.0a", "1.0.1 = 1.0..1"
    )


def test_a_number_outweighs_letters():
    assert_order(VERSION_SCHEME, "1.fc17", "1g.fc17", "1.1")


def test_leading_zeros_do_not_count():
    assert_order(VERSION_SCHEME, "1.0001 = 1.1", "1.2", "1.10")


def test_missing_epoch_is_zero():
    assert_order(VERSION_SCHEME, "2.0-1 = 0:2.0-1 = :2.0-1", "1:1.0-1", "2:0.1-1 = 02:0.1-1")


def test_missing_release_sorts_below_any():
    assert_order(VERSION_SCHEME, "1.0", "1.0-", "1.0-1", "1.0-1.el9", "1.0-1.el9_2", "1.0-2.el8", "1.0.1")


def test_letters_beyond_ascii_only_separate():
    assert_order(VERSION_SCHEME, "1.1.α = 1.1.β", "1.1.a")


def test_text_before_a_colon_that_is_not_a_number_belongs_to_the_version():
    assert_order(VERSION_SCHEME, "a:1", "a:2", "b:1")


@pytest.mark.parametrize("text", ["", "  ", "1 2", "1\n2"])
def test_refuses(text):
    with pytest.raises(ValueError, match="version"):
        VERSION_SCHEME.key(text)
