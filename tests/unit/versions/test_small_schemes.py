"""Schemes with few rules, a table each."""

import pytest
from tests.support.versions import assert_order

from careen.versions import alpm, bitnami, conan, cran, gentoo, hackage, jvm, openssl, pub


def test_alpm():
    assert_order(
        alpm.VERSION_SCHEME,
        "1.0alpha",
        "1.0beta",
        "1.0rc1",
        "1.0",
        "1.0-1",
        "1.0-1.1",
        "1.0-2",
        "1.0.a",
        "1.0.",
        "1.0.1",
        "1:0.1",
    )


def test_bitnami_revision_does_not_count():
    assert_order(bitnami.VERSION_SCHEME, "2.3.0-9", "2.3.1 = 2.3.1-0 = 2.3.1-12 = 2.3.1-r3", "2.3.2-0")


def test_conan():
    assert_order(
        conan.VERSION_SCHEME,
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


def test_cran():
    assert_order(cran.VERSION_SCHEME, "0.1", "0.1-0 = 0.1.0 = 0.01.0", "0.1-1", "0.9", "0.75", "1.0")


def test_gentoo():
    assert_order(
        gentoo.VERSION_SCHEME,
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


def test_hackage():
    assert_order(hackage.VERSION_SCHEME, "0", "0.1", "0.1.0", "0.1.26", "1")


def test_jvm():
    assert_order(
        jvm.VERSION_SCHEME,
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


def test_openssl():
    assert_order(
        openssl.VERSION_SCHEME,
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


def test_pub_orders_builds():
    assert_order(pub.VERSION_SCHEME, "1.2.3-a", "1.2.3", "1.2.3+9", "1.2.3+10", "1.2.3+a", "1.2.3+a.1", "1.2.4")


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (alpm, "1 2"),
        (bitnami, "x"),
        (cran, "1.a"),
        (gentoo, "1.0_x1"),
        (hackage, "1-a"),
        (jvm, "x"),
        (openssl, "x"),
        (pub, "1.."),
    ],
)
def test_refuses(module, text):
    with pytest.raises(ValueError, match="version"):
        module.VERSION_SCHEME.key(text)
