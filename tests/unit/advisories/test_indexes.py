"""Sources whose files an index names: what of it is fetched."""

import json

from careen.advisories import anolis, dotnet, suse
from careen.database.listings import listed
from careen.plugins import Need

NET = "https://builds.dotnet.microsoft.com/dotnet/release-metadata"
SUSE = "https://ftp.suse.com/pub/projects/security/oval"
ANAS = "https://anas.openanolis.cn/api/data/OVAL"


EVERYTHING = Need(full=True)


def urls(source, need=EVERYTHING, **listings):
    """``listings``: the bytes of an index by its address."""
    answers = {address: listed(data) for address, data in listings.items()}
    return [feed.url for feed in source.feeds(need, lambda name: answers.get(name, ()))]


def test_the_channels_of_dotnet():
    channel = {"latest-release": "11.0.1", "product": ".NET", "eol-date": None, "releases.json": f"{NET}/11.0/releases.json"}
    index = {"$schema": "x", "releases-index": [{"channel-version": name, **channel} for name in ("11.0", "10.0", "x/..")]}
    found = urls(dotnet, **{f"{NET}/releases-index.json": json.dumps(index).encode()})
    assert found == [f"{NET}/10.0/releases.json", f"{NET}/11.0/releases.json"]


def test_the_products_of_suse():
    names = (
        "opensuse.leap.15.6-affected.xml", "opensuse.leap.15.6.xml.gz", "opensuse.leap.16.0-affected.xml.gz",
        "opensuse.leap.16.0-affected.xml", "opensuse.leap.42.3.xml", "opensuse.13.2.xml.gz", "opensuse.tumbleweed.xml.gz",
        "opensuse.leap.micro.5.2.xml.gz", "suse.linux.enterprise.15-affected.xml.gz", "suse.linux.enterprise.15-patch.xml.gz",
        "suse.linux.enterprise.desktop.15.xml.gz", "suse.linux.enterprise.server.9.xml.gz",
        "suse.linux.micro.6-affected.xml.gz", "suse.linux.enterprise.micro.5-affected.xml.gz",
        "suse.linux.enterprise.17-affected.xml.gz",
    )  # fmt: skip
    page = "<html><body>" + "".join(f'<a href="{name}">{name}</a>' for name in names) + "</body></html>"
    found = urls(suse, **{f"{SUSE}/": page.encode()})
    assert [address.removeprefix(f"{SUSE}/") for address in found] == [
        "opensuse.leap.15.6-affected.xml",
        "opensuse.leap.16.0-affected.xml.gz",
        "opensuse.leap.micro.5.2.xml.gz",
        "opensuse.tumbleweed.xml.gz",
        "suse.linux.enterprise.15-affected.xml.gz",
        "suse.linux.enterprise.17-affected.xml.gz",
        "suse.linux.enterprise.micro.5-affected.xml.gz",
        "suse.linux.micro.6-affected.xml.gz",
    ]
    (plain, *packed) = suse.feeds(Need(full=True), lambda name: names if name == f"{SUSE}/" else ())
    assert (plain.compressed, {feed.compressed for feed in packed if feed.url.endswith(".gz")}) == (False, {True})


def test_the_releases_of_anolis():
    entry = {"size": 3169.2, "modified": "2025-04-30 01:13:14", "is_dir": False}
    names = ("anolis-23.oval.xml", "anolis-8.oval.xml", "readme.txt")
    answer = {"status": {"code": 200}, "data": {"total": 3, "data": [{"name": name, **entry} for name in names]}}
    found = urls(anolis, **{f"{ANAS}/list.json": json.dumps(answer).encode()})
    assert found == [f"{ANAS}/anolis-23.oval.xml", f"{ANAS}/anolis-8.oval.xml"]
    assert urls(anolis, Need(frozenset({"anolis:7"}))) == [f"{ANAS}/anolis-7.oval.xml"]
