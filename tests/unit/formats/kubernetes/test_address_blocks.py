"""How much of the Internet a block of addresses admits."""

import json

import pytest

from careen.formats.data.yaml_document import read
from careen.formats.kubernetes.address_blocks import admits, admits_pods, open_to_all, outside


def block(cidr, *excepted):
    return read(json.dumps({"cidr": cidr, "except": excepted}))[0]


@pytest.mark.parametrize(
    ("cidr", "excepted", "expected"),
    [
        ("0.0.0.0/0", (), "all"),
        (" 0.0.0.0/0 ", (), "all"),
        ("::/0", (), "all"),
        ("2000::/3", (), "all"),
        ("64.0.0.0/2", (), "all"),
        ("0.0.0.0/0", ("0.0.0.0/1", "128.0.0.0/2"), "all"),
        ("0.0.0.0/0", ("0.0.0.0/1", "128.0.0.0/1"), "none"),
        ("0.0.0.0/0", ("::/0", "no block"), "all"),
        ("8.0.0.0/8", (), "some"),
        ("203.0.113.7/32", (), "some"),
        ("203.0.113.0/24", ("203.0.113.0/25", "203.0.113.128/25"), "none"),
        ("203.0.113.0/24", ("203.0.113.0/25", "203.0.113.0/26"), "some"),
        ("2001:db8::/32", (), "some"),
        ("10.0.0.0/8", (), "none"),
        ("192.168.0.0/15", (), "some"),  # half of it is public
        ("fc00::/7", (), "none"),
        ("169.254.169.254/32", (), "none"),
        ("224.0.0.0/3", (), "none"),
        ("everyone", (), "none"),
        ("", (), "none"),
    ],
)
def test_public_addresses_of_a_block(cidr, excepted, expected):
    assert outside(block(cidr, *excepted)) == expected


def test_a_wide_block_admits_pods_unless_it_excepts_their_addresses():
    assert admits_pods(block("0.0.0.0/0"))
    assert admits_pods(block("0.0.0.0/0", "10.0.0.0/8"))
    assert not admits_pods(block("0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
    assert not admits_pods(block("10.0.0.0/8"))
    assert admits_pods(block("::/0")) and not admits_pods(block("2000::/3"))


def test_one_address():
    assert admits(block("128.0.0.0/1"), "169.254.169.254")
    assert not admits(block("0.0.0.0/0", "169.254.0.0/16"), "169.254.169.254")
    assert not admits(block("::/0"), "169.254.169.254")
    assert not admits(block("everyone"), "169.254.169.254")


def test_source_ranges():
    assert open_to_all(["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"])
    assert not open_to_all(["10.0.0.0/8", "203.0.113.0/24", "everyone"])
