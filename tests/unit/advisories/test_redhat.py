import msgspec
import pytest
from tests.support.feeds import FakeNetwork, packed_tar, served, whole_mirror

from careen.advisories import redhat
from careen.database.file_state import rows_of
from careen.database.read import open_database
from careen.database.update import database_path, update
from careen.formats.archives.tar_archive import documents
from careen.model.advisory import Advisory, PassedOver, VulnerabilityRecord
from careen.plugins import Feed, Need

VEX = "https://security.access.redhat.com/data/csaf/v2/vex-feed"
OLDER = "https://security.access.redhat.com/data/csaf/v2/vex"
ARCHIVE = "redhat/csaf/v2/vex/csaf_vex.tar.zst"
SOURCES = [redhat.ADVISORY_SOURCE]


@pytest.mark.parametrize(
    ("cpe", "namespace"),
    [
        ("cpe:/o:redhat:enterprise_linux:9", "rhel:9"),
        ("cpe:/a:redhat:enterprise_linux:8::appstream", "rhel:8"),
        ("cpe:/o:redhat:enterprise_linux:10.0", "rhel:10"),
        ("cpe:/o:redhat:rhel_eus:9.2::baseos", "rhel_eus:9.2"),
        ("cpe:/a:redhat:openshift:4.14::el9", "openshift:4.14:el9"),
        ("cpe:/a:redhat:openshift:4", "openshift:4"),
        ("cpe:/a:redhat:ocp_tools", ""),
        ("cpe:/a:redhat:build_keycloak:", ""),
        ("Red Hat Enterprise Linux 9", ""),
        ("cpe:/o:suse:sles:15:sp6", ""),
    ],
)
def test_namespaces_of_products(cpe, namespace):
    assert redhat.namespace_of(cpe) == namespace


def nothing(name):
    return ()


def test_a_first_scan_fetches_the_map_of_repositories_alone():
    assert [feed.part for feed in redhat.feeds(Need(frozenset({"rhel:9", "almalinux:9"})), nothing)] == ["repositories"]
    assert redhat.feeds(Need(frozenset({"debian:12"})), nothing) == ()


def test_the_archive_has_the_name_of_its_day():
    (archive,) = [feed for feed in redhat.feeds(Need(), nothing) if feed.full]
    assert (archive.path, archive.url, archive.named) == (ARCHIVE, f"{VEX}/archive_latest.txt", ".tar.zst")


@pytest.fixture
def mirror(tmp_path):
    return whole_mirror(tmp_path / "mirror")


def held(cache):
    with open_database(database_path(cache)) as database:
        wheel = database.advisories("rhel:8", ["wheel"]).get("wheel", ())
        lantern = database.advisories("rhel:9", ["lantern"]).get("lantern", ())
        return len(wheel), len(lantern), database.repositories(["rhel-9-for-x86_64-baseos-eus-rpms", "x"])


EUS = {"rhel-9-for-x86_64-baseos-eus-rpms": ("rhel_eus:9.2",)}


def test_the_archive_is_fetched_when_asked_for_and_kept_by_other_updates(tmp_path, mirror):
    cache = tmp_path / "cache"
    update(cache, SOURCES, mirror_at=str(mirror))
    assert held(cache) == (0, 1, EUS)
    update(cache, SOURCES, mirror_at=str(mirror), need=Need(full=True))
    assert held(cache) == (3, 1, EUS)
    (mirror / ARCHIVE).unlink()
    (mirror / "redhat/csaf/v2/vex/2099/cve-2099-0001.json").unlink()
    result = update(cache, SOURCES, mirror_at=str(mirror))
    assert held(cache) == (3, 1, EUS)
    assert {one.path: one.trouble for one in result.kept if one.source == "redhat"} == {
        ARCHIVE: "large",
        "redhat/csaf/v2/vex/2099/cve-2099-0001.json": "not_offered",
    }


def test_live(tmp_path, mirror):
    network = served(mirror, SOURCES)
    network.answers[f"{VEX}/archive_latest.txt"] = b"csaf_vex_2099-01-02.tar.zst\n"
    network.answers[f"{VEX}/csaf_vex_2099-01-02.tar.zst"] = (mirror / ARCHIVE).read_bytes()
    update(tmp_path, SOURCES, fetcher=network)
    assert held(tmp_path) == (0, 0, EUS)
    result = update(tmp_path, SOURCES, fetcher=network, need=Need(full=True))
    assert held(tmp_path) == (3, 0, EUS)
    assert not result.failed


def test_if_its_new_address_fails_the_archive_of_the_older_one_is_read_and_updated(tmp_path, mirror):
    network = served(mirror, SOURCES)
    network.answers[f"{VEX}/archive_latest.txt"] = (503,)
    network.answers[f"{OLDER}/archive_latest.txt"] = b"csaf_vex_2099-01-02.tar.zst\n"
    network.answers[f"{OLDER}/csaf_vex_2099-01-02.tar.zst"] = (mirror / ARCHIVE).read_bytes()
    assert not update(tmp_path, SOURCES, fetcher=network, need=Need(full=True)).failed
    row = rows_of(database_path(tmp_path))[ARCHIVE]
    assert row.url == f"{OLDER}/archive_latest.txt"
    assert row.detail == f"instead of {VEX}/archive_latest.txt (the server answered 503)"
    network.answers[f"{OLDER}/changes.csv"] = b'"2001/cve-2001-0001.json","2001-01-01T10:00:00+00:00"\n'
    network.answers[f"{OLDER}/deletions.csv"] = b""
    network.asked.clear()
    again = update(tmp_path, SOURCES, fetcher=network, need=Need(full=True))
    assert {one.path: one.state for one in again.feeds}[ARCHIVE] == "unchanged"
    assert f"{OLDER}/csaf_vex_2099-01-02.tar.zst" not in [address for address, _ in network.asked]


def test_the_archive_keeps_its_address_until_that_is_gone(tmp_path, mirror):
    network = served(mirror, SOURCES)
    network.answers[f"{OLDER}/archive_latest.txt"] = b"csaf_vex_2099-01-02.tar.zst\n"
    network.answers[f"{OLDER}/csaf_vex_2099-01-02.tar.zst"] = (mirror / ARCHIVE).read_bytes()

    def states(answer):
        network.answers[f"{VEX}/archive_latest.txt"] = answer
        return {one.path: one.state for one in update(tmp_path, SOURCES, fetcher=network, need=Need(full=True)).feeds}[ARCHIVE]

    assert states(network.answers[f"{VEX}/archive_latest.txt"]) == "updated"
    assert [states((503,)), states((403,)), states((404,))] == ["failed", "failed", "updated"]
    assert rows_of(database_path(tmp_path))[ARCHIVE].url == f"{OLDER}/archive_latest.txt"


def test_a_document_without_a_date_of_release_has_that_of_its_discovery(tmp_path, mirror):
    (document,) = list(documents(mirror / ARCHIVE, ".json", 1 << 20, 1 << 30))[:1]
    (vulnerability,) = msgspec.json.decode(document)["vulnerabilities"]
    vulnerability.pop("release_date", None)
    vulnerability["discovery_date"] = "2098-12-01T00:00:00+00:00"
    newer = msgspec.json.decode(document) | {"vulnerabilities": [vulnerability]}
    file = tmp_path / "archive"
    file.write_bytes(packed_tar({"2099/cve-2099-0002.json": msgspec.json.encode(newer)}))
    found = [one for one in redhat.parse(Feed(ARCHIVE, ""), file) if isinstance(one, VulnerabilityRecord)]
    assert [one.published for one in found] == ["2098-12-01"]


def test_later_updates_fetch_changed_documents_and_forget_deleted_ones(tmp_path, mirror):
    network = served(mirror, SOURCES)
    document = next(documents(mirror / ARCHIVE, ".json", 1 << 20, 1 << 30))
    files = {f"2099/cve-2099-000{one}.json": document.replace(b"2099-0002", b"2099-000%d" % one) for one in range(2, 9)}
    network.answers[f"{VEX}/archive_latest.txt"] = b"csaf_vex_2099-01-02.tar.zst\n"
    network.answers[f"{VEX}/csaf_vex_2099-01-02.tar.zst"] = packed_tar(files)
    update(tmp_path, SOURCES, fetcher=network, need=Need(full=True))
    before = known(tmp_path)
    assert before == {f"CVE-2099-000{one}" for one in range(2, 9)}
    old = '"2001/cve-2001-0001.json","2001-01-01T10:00:00+00:00"\n'
    changed, gone = ('"2099/cve-2099-000%d.json","2026-01-0%dT10:00:00+00:00"\n' % pair for pair in ((3, 5), (2, 6)))  # noqa: UP031
    answers = {f"{VEX}/{name}": data.replace(b"wheel", b"rudder") for name, data in files.items()}
    later = FakeNetwork(answers | {f"{VEX}/changes.csv": (gone + changed + old).encode()})
    later.answers[f"{VEX}/deletions.csv"] = (old + gone).encode()
    result = update(tmp_path, SOURCES, fetcher=later, need=Need(full=True))
    assert [(one.state, one.detail) for one in result.feeds if one.path == ARCHIVE] == [("updated", "")]
    assert known(tmp_path) == before - {"CVE-2099-0002"}
    assert known(tmp_path, "rudder") == {"CVE-2099-0003"}
    asked = [address.removeprefix(f"{VEX}/") for address, _ in later.asked if address.startswith(VEX)]
    assert sorted(asked) == ["2099/cve-2099-0003.json", "changes.csv", "deletions.csv"]
    later.answers[f"{VEX}/changes.csv"] = (gone + changed + old).encode()
    later.answers[f"{VEX}/deletions.csv"] = (old + gone + changed.replace("01-05", "01-07")).encode()
    update(tmp_path, SOURCES, fetcher=later, need=Need(full=True))
    assert known(tmp_path, "rudder") == set()


def known(cache, name=""):
    with open_database(database_path(cache)) as database:
        advisories = [one for one in database.records_of_feed(ARCHIVE) if isinstance(one, Advisory)]
        return {one.id for one in advisories if name in ("", one.package)}


def test_a_missing_archive_is_reported(tmp_path, mirror):
    network = served(mirror, SOURCES)
    del network.answers[f"{VEX}/archive_latest.txt"]
    (failed,) = update(tmp_path, SOURCES, fetcher=network, need=Need(full=True)).failed
    assert failed.path == ARCHIVE
    assert "archive_latest.txt names no .tar.zst" in failed.detail


def test_the_namespace_info_of_a_release(tmp_path, mirror):
    update(tmp_path, SOURCES, mirror_at=str(mirror))
    with open_database(database_path(tmp_path)) as database:
        assert [info.partial for info in database.namespace("rhel:8")] == [True]
    update(tmp_path, SOURCES, mirror_at=str(mirror), need=Need(full=True))
    with open_database(database_path(tmp_path)) as database:
        assert [(info.partial, info.unfixed) for info in database.namespace("rhel:8")] == [(False, True)]


def test_a_few_damaged_documents_are_passed_over(tmp_path, mirror):
    good = next(documents(mirror / ARCHIVE, ".json", 1 << 20, 1 << 30))
    file = tmp_path / "archive"

    def read(damaged):
        files = {"2099/cve-2099-0002.json": good, **{f"x/{number}.json": b"{}," for number in range(damaged)}}
        file.write_bytes(packed_tar(files))
        return list(redhat.parse(Feed(ARCHIVE, ""), file))

    found = read(redhat.MAX_DAMAGED)
    assert [one for one in found if not isinstance(one, PassedOver)] == read(0) != []
    assert len(found) == len(read(0)) + redhat.MAX_DAMAGED
    with pytest.raises(ValueError, match="damaged documents"):
        read(redhat.MAX_DAMAGED + 1)
