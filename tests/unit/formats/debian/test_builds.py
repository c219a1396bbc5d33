import pytest

from careen.formats.debian.builds import may_be_update, without_backport

OFFERED = ("3.0.17-1~deb12u2",)


@pytest.mark.parametrize(
    ("source", "version", "offered"),
    [
        ("openssl", "3.0.18-1~deb12u1", OFFERED),
        ("curl", "7.88.1-10+deb12u13", OFFERED),
        ("lemonldap-ng", "2.16.1+ds-deb12u10", OFFERED),
        ("linux", "6.1.170-1", ("6.1.147-1",)),
        ("linux-signed-amd64", "6.1.170+1", ("6.1.147+1",)),
        ("dpkg", "1.21.23", ("1.21.22",)),
        ("mesa", "25.2.1-1~exp1", ("22.3.6-1",)),
        ("raspi-firmware", "1:1.2025-1+rpt1", ("1.2022-1",)),
    ],
)
def test_versions_that_may_be_updates(source, version, offered):
    assert may_be_update(source, version, offered)


@pytest.mark.parametrize("version", ["3.5.0-1", "3.5.0", "3.5.0-1~bpo12+1", "3.5.0+deb12-1"])
def test_versions_that_are_not_updates(version):
    assert not may_be_update("openssl", version, OFFERED)


def test_backports():
    assert without_backport("1:3.5.0-1~bpo12+1") == "1:3.5.0-1"
    assert without_backport("3.5.0-1") == "3.5.0-1"
