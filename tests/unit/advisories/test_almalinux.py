"""AlmaLinux's errata in three forms: of those that a mirror has, the first is read."""

import pytest

from careen.advisories import almalinux
from careen.plugins import Need

OVAL = "org.almalinux.alsa-9.xml.bz2"


@pytest.mark.parametrize(
    ("names", "read"),
    [
        ((), ["errata.full.json"]),
        (("BaseOS", OVAL, "errata.full.json"), ["errata.full.json"]),
        (("BaseOS", OVAL), [OVAL]),
        (("AppStream", "BaseOS", "empty"), ["AppStream/updateinfo.xml", "BaseOS/updateinfo.xml"]),
    ],
)
def test_forms(names, read):
    repositories = {f"almalinux/9/{name}": ("updateinfo.xml",) for name in names if name.endswith(("OS", "Stream"))}
    listing = {"almalinux/9": names, **repositories}
    feeds = almalinux.feeds(Need(frozenset({"almalinux:9"})), lambda name: listing.get(name, ()))
    assert [feed.path for feed in feeds] == [f"almalinux/9/{name}" for name in read]
