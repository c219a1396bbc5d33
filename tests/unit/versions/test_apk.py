import pytest
from tests.support.versions import assert_order

from careen.versions.apk import VERSION_SCHEME


def test_suffixes_revisions_and_letters():
    assert_order(
        VERSION_SCHEME,
        "1.2_alpha",
        "1.2_alpha-r1",
        "1.2_alpha1",
        "1.2_beta",
        "1.2_pre2",
        "1.2_rc1_alpha1",
        "1.2_rc1",
        "1.2_rc1-r1",
        "1.2",
        "1.2-r0",
        "1.2-r1",
        "1.2-r10",
        "1.2_cvs1",
        "1.2_svn1",
        "1.2_git20240101",
        "1.2_hg1",
        "1.2_p",
        "1.2_p1",
        "1.2_p1-r1",
        "1.2a",
        "1.2b-r0",
        "1.2.0",
        "1.3",
    )


def test_a_leading_zero_makes_a_number_text():
    assert_order(VERSION_SCHEME, "1.0", "1.00", "1.01", "1.010", "1.1", "1.9", "1.10")
    assert_order(VERSION_SCHEME, "9", "010 = 10", "11")


def test_commit_hash_sorts_above_the_revision():
    assert_order(VERSION_SCHEME, "1.0", "1.0-r3", "1.0~1234", "1.0~1234-r0", "1.0~1234-r1", "1.0~abc")


def test_number_behind_the_letter_as_in_sudo():
    assert_order(VERSION_SCHEME, "1.9.5-r1", "1.9.5p-r1", "1.9.5p1-r1", "1.9.5p2-r0", "1.9.5p10-r0", "1.9.6-r0")


def test_what_apk_does_not_know_sorts_below_the_end():
    assert_order(VERSION_SCHEME, "c", "0", "1.2_rc1", "1.2A", "1.2_blah", "1.2", "1.2_git")
    assert_order(VERSION_SCHEME, "c2x2", "c2x10", "c10x2")


def test_refuses_emptiness():
    with pytest.raises(ValueError, match="empty"):
        VERSION_SCHEME.key(" ")
