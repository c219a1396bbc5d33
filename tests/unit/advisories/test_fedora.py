import pytest
from tests.support.feeds import served, whole_mirror

from careen.advisories import fedora
from careen.database.read import open_database
from careen.database.update import database_path, update
from careen.errors import DatabaseError
from careen.plugins import Need

REPODATA = "https://dl.fedoraproject.org/pub/fedora/linux/updates/43/Everything/x86_64/repodata"
NEED = Need(frozenset({"fedora:43", "PyPI"}))
SOURCES = [fedora.ADVISORY_SOURCE]
REPOMD = """<repomd><data type="primary"><location href="repodata/1-primary.xml.zst"/></data>
<data type="updateinfo_zck"><location href="repodata/2-updateinfo.xml.zck"/></data>
<data type="updateinfo"><location href="repodata/{name}"/></data></repomd>"""


@pytest.fixture
def network(tmp_path):
    mirror = whole_mirror(tmp_path / "mirror")
    network = served(mirror, SOURCES)
    data = (mirror / "fedora/43/updateinfo.xml").read_bytes()
    network.answers = {f"{REPODATA}/repomd.xml": REPOMD.format(name="3-updateinfo.xml.zst").encode()}
    network.answers[f"{REPODATA}/3-updateinfo.xml.zst"] = data
    network.answers[f"{REPODATA}/4-updateinfo.xml.zst"] = data
    return network


def test_the_repositorys_index_names_the_file(tmp_path, network):
    (result,) = update(tmp_path, SOURCES, need=NEED, fetcher=network).feeds
    assert (result.path, result.state) == ("fedora/43/updateinfo.xml", "updated")
    assert [address for address, _ in network.asked] == [f"{REPODATA}/repomd.xml", f"{REPODATA}/3-updateinfo.xml.zst"]
    with open_database(database_path(tmp_path)) as database:
        assert [one.id for one in database.advisories("fedora:43", ["lantern"])["lantern"]] == ["FEDORA-2099-0a1b2c3d4e"]


def test_a_feed_of_today_is_not_requested_again(tmp_path, network):
    update(tmp_path, SOURCES, need=NEED, fetcher=network)
    network.asked.clear()
    (result,) = update(tmp_path, SOURCES, need=NEED, fetcher=network, max_age_s=3600).feeds
    assert (result.state, network.asked) == ("fresh", [])


def test_the_same_file_under_a_new_name_is_not_read_again(tmp_path, network):
    update(tmp_path, SOURCES, need=NEED, fetcher=network)
    network.answers[f"{REPODATA}/repomd.xml"] = REPOMD.format(name="4-updateinfo.xml.zst").encode()
    (result,) = update(tmp_path, SOURCES, need=NEED, fetcher=network).feeds
    assert result.state == "unchanged"


def test_an_index_without_update_information(tmp_path, network):
    update(tmp_path, SOURCES, need=NEED, fetcher=network)
    network.answers[f"{REPODATA}/repomd.xml"] = b"<repomd/>"
    (result,) = update(tmp_path, SOURCES, need=NEED, fetcher=network).failed
    assert "names no updateinfo.xml" in result.detail


def test_a_release_that_has_ended_is_in_the_archive(tmp_path, network):
    archive = "https://archives.fedoraproject.org/pub/archive/fedora/linux/updates/43/Everything/x86_64/repodata"
    network.answers = {address.replace(REPODATA, archive): data for address, data in network.answers.items()}
    (result,) = update(tmp_path, SOURCES, need=NEED, fetcher=network).feeds
    assert result.state == "updated"
    with open_database(database_path(tmp_path)) as database:
        assert "lantern" in database.advisories("fedora:43", ["lantern"])


def test_a_release_that_no_server_has(tmp_path, network):
    network.answers = {}
    with pytest.raises(DatabaseError, match=r"dl\.fedoraproject\.org/.*; https://archives\.fedoraproject\.org/"):
        update(tmp_path, SOURCES, need=NEED, fetcher=network)


def test_releases_are_those_of_the_need_or_of_the_folder():
    assert fedora.feeds(Need(frozenset({"debian:12"})), lambda name: ()) == ()
    listed = {"https://dl.fedoraproject.org/pub/fedora/linux/updates/": ("43", "44", "testing")}
    assert [feed.part for feed in fedora.feeds(Need(), lambda name: listed.get(name, ()))] == ["43", "44"]
