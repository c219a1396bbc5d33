"""Amazon Linux: from the list of servers over the repository's index to its errata, and what the extras' errata hold for."""

import gzip

import pytest
from tests.support.feeds import FakeNetwork

from careen.advisories import amazon
from careen.database.read import open_database
from careen.database.update import database_path, update
from careen.model.advisory import Advisory, Range
from careen.plugins import Feed, Need

CDN = "https://cdn.amazonlinux.com"
SOURCES = [amazon.ADVISORY_SOURCE]
REPOMD = (
    b'<repomd><data type="primary"><location href="repodata/primary.xml.gz"/></data>'
    b'<data type="updateinfo"><location href="repodata/updateinfo.xml.gz"/></data></repomd>'
)
NO_ERRATA = b'<repomd><data type="primary"><location href="repodata/primary.xml.gz"/></data></repomd>'
UPDATE = """<updates><update type="security" from="x"><id>{id}</id><title>{id}</title><issued date="2099-01-02 03:04"/>
<severity>important</severity><references><reference id="CVE-2099-{cve}" type="cve"/></references>
<pkglist><collection><name>x</name><package name="{name}" version="{version}" release="1" epoch="{epoch}" arch="x86_64"/>
</collection></pkglist></update></updates>"""


def errata(id, cve, name, version, epoch="0"):
    return gzip.compress(UPDATE.format(id=id, cve=cve, name=name, version=version, epoch=epoch).encode())


def repository(folder, today, data):
    """The three files that lead to the errata, ``today`` in a folder with a name of its own."""
    found = {f"{CDN}/{folder}/x86_64/mirror.list": f"{CDN}/{today}/\nhttps://other.example/{today}/\n".encode()}
    found[f"{CDN}/{today}/repodata/repomd.xml"] = REPOMD if data else NO_ERRATA
    return found | ({f"{CDN}/{today}/repodata/updateinfo.xml.gz": data} if data else {})


@pytest.fixture
def network():
    catalogue = b'{"motd": "x", "topics": [{"n": "sail2.4", "versions": []}, {"n": "tar", "name": "x"}], "version": 1}'
    return FakeNetwork(
        repository("al2023/core/mirrors/latest", "al2023/guids/1", errata("ALAS2023-2099-1", "0001", "lantern", "1.2"))
        | repository("al2023/kernel-livepatch/mirrors/latest", "kl/1", errata("ALAS2023LIVEPATCH-2099-1", "0002", "patch", "1"))
        | repository("2/core/latest", "2/core/1", errata("ALAS2-2099-1", "0003", "sail", "1.8"))
        | repository("2/extras/sail2.4/latest", "2/sail/1", errata("ALAS2SAIL2.4-2099-1", "0004", "sail", "2.4.9"))
        | repository("2/extras/tar/latest", "2/tar/1", b"")
        | {f"{CDN}/2/extras-catalog.json": catalogue}
    )


def states(result):
    return {feed.path: feed.state for feed in result.feeds}


def test_three_hops_lead_to_the_errata(tmp_path, network):
    result = update(tmp_path, SOURCES, need=Need(frozenset({"amzn:2023"})), fetcher=network)
    assert states(result) == {
        "amazon/2023/updateinfo.xml.gz": "updated",
        "amazon/2023/kernel-livepatch/updateinfo.xml.gz": "updated",
        "amazon/2023/nvidia/updateinfo.xml.gz": "absent",
    }
    with open_database(database_path(tmp_path)) as database:
        assert [one.id for one in database.advisories("amzn:2023", ["lantern"])["lantern"]] == ["ALAS2023-2099-1"]
        assert {info.source: info.partial for info in database.namespace("amzn:2023")} == {
            "amazon/2023": False,
            "amazon/2023/kernel-livepatch": True,
        }


def test_the_next_day_the_same_file_has_another_address_and_is_recognised(tmp_path, network):
    need = Need(frozenset({"amzn:2023"}))
    update(tmp_path, SOURCES, need=need, fetcher=network)
    moved = {address.replace("guids/1", "guids/2"): data for address, data in network.answers.items()}
    moved[f"{CDN}/al2023/core/mirrors/latest/x86_64/mirror.list"] = b"http://cdn.amazonlinux.com/al2023/guids/2"
    later = FakeNetwork(moved)
    assert states(update(tmp_path, SOURCES, need=need, fetcher=later))["amazon/2023/updateinfo.xml.gz"] == "unchanged"
    assert all(address.startswith("https://") for address, _ in later.asked)


def test_the_extras_are_those_of_the_catalogue(tmp_path, network):
    result = update(tmp_path, SOURCES, need=Need(frozenset({"amzn:2"})), fetcher=network)
    assert states(result) == {
        "amazon/2/updateinfo.xml.gz": "updated",
        "amazon/2/extras/sail2.4/updateinfo.xml.gz": "updated",
        "amazon/2/extras/tar/updateinfo.xml.gz": "absent",  # the repository has no errata
    }
    with open_database(database_path(tmp_path)) as database:
        found = {one.id: one.ranges for one in database.advisories("amzn:2", ["sail"])["sail"]}
    assert found == {"ALAS2-2099-1": (Range(None, "1.8-1"),), "ALAS2SAIL2.4-2099-1": (Range("2.4", "2.4.9-1"),)}


@pytest.mark.parametrize(
    ("extra", "version", "epoch", "start"),
    [
        ("sail2.4", "2.4.9", "0", "2.4"),
        ("sail2.4", "2.40.1", "0", None),
        ("sail2.4", "7.1", "0", None),  # of another package in the same repository
        ("sail2.4", "2.4.9", "3", "3:2.4"),
        ("sail1", "1.22.1", "1", "1:1"),
        ("sail-5.10", "5.10.99", "0", "5.10"),
        ("docker", "20.10", "0", None),
    ],
)
def test_a_fix_of_an_extra_applies_from_its_own_line(tmp_path, extra, version, epoch, start):
    file = tmp_path / "updateinfo.xml.gz"
    file.write_bytes(errata("ALAS2X-2099-1", "0001", "sail", version, epoch))
    (found,) = (one for one in amazon.parse(Feed("x", "", part=f"2/extras/{extra}"), file) if isinstance(one, Advisory))
    assert [one.introduced for one in found.ranges] == [start]


def test_a_list_without_a_server(tmp_path, network):
    need = Need(frozenset({"amzn:2023"}))
    update(tmp_path, SOURCES, need=need, fetcher=network)
    network.answers[f"{CDN}/al2023/core/mirrors/latest/x86_64/mirror.list"] = b"<html>maintenance</html>"
    (failed,) = update(tmp_path, SOURCES, need=need, fetcher=network).failed
    assert "names no server" in failed.detail


def test_releases_without_a_lasting_address_are_read_from_a_mirror_alone():
    found = amazon.feeds(Need(frozenset({"amzn:1", "amzn:2022"})), lambda name: ())
    assert [(feed.part, feed.url) for feed in found] == [("1", ""), ("2022", "")]
