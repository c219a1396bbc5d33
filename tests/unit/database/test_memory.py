"""Knowledge in memory answers as the database file does."""

from functools import partial

from msgspec.structs import replace
from tests.support.feeds import SOURCES, feeds_in, whole_mirror

from careen.database.build import FeedRow, Fresh, build
from careen.database.combined import CombinedKnowledge
from careen.database.knowledge import key_name
from careen.database.memory import MemoryDatabase
from careen.database.read import open_database
from careen.model.advisory import Advisory, Listed, Malicious, NamespaceInfo, Repository


def test_same_answers_as_the_file(tmp_path):
    mirror = whole_mirror(tmp_path / "mirror")
    by_source = {
        source.name: [
            record
            for feed in feeds_in(source, mirror)
            if feed.part != "changelogs"  # repeats what the tracker says, which only a file with feeds can tell
            for record in source.parse(feed, mirror / feed.path)
        ]
        for source in SOURCES
    }
    records = [record for found in by_source.values() for record in found]
    feeds = [Fresh(FeedRow(name, name), partial(iter, found)) for name, found in by_source.items()]
    build(tmp_path / "db", feeds, "2026-01-02")
    memory = MemoryDatabase(records)
    names: dict[str, set[str]] = {}
    for record in records:
        if isinstance(record, Advisory | Malicious):
            names.setdefault(record.namespace, {"absent"}).add(key_name(record.namespace, record.package))
    ids = {record.id for record in records if hasattr(record, "id")}
    ids |= {alias for record in records for alias in getattr(record, "aliases", ())} | {"CVE-1-1"}
    with open_database(tmp_path / "db") as database:
        for namespace, keys in names.items():
            mine, its = memory.advisories(namespace, keys), database.advisories(namespace, keys)
            assert mine.keys() == its.keys()
            assert all(set(mine[key]) == set(its[key]) for key in mine)
            assert memory.malicious(namespace, keys) == database.malicious(namespace, keys)
            assert memory.knows(namespace, keys) == database.knows(namespace, keys) == set(mine)
            assert memory.end_of_life(namespace) == database.end_of_life(namespace)
        assert memory.epss(ids) == database.epss(ids) != {}
        assert memory.exploited(ids) == database.exploited(ids) != {}
        found, expected = database.records(ids), memory.records(ids)
        assert found.keys() == expected.keys()
        assert "CVE-2025-1001" in found  # by the alias that a language's database gives
        assert all(set(found[id]) == set(expected[id]) for id in found)


def test_namespaces_are_returned_as_given():
    info = NamespaceInfo("debian:12", "debian", 5, 2)
    assert MemoryDatabase([info]).namespace("debian:12") == (info,)
    assert MemoryDatabase([]).namespace("debian:12") == ()


def test_an_index_as_the_file_has_it(tmp_path):
    records = [Listed("debian:12", "jib", ("1.4-2", "1.4-2+deb12u1")), Listed("debian:13", "jib", ("2.0-1",))]
    path = tmp_path / "db"
    other = Advisory("CVE-1", "a", "debian:12", "spar")
    build(path, [Fresh(FeedRow("a.json", "a", as_of="2026-03-01"), lambda: iter([*records, other]))], "2026-01-02")
    dated = {"jib": (replace(records[0], as_of="2026-03-01"),)}
    with open_database(path) as database:
        assert database.listed("debian:12", ["jib", "spar"]) == dated
        assert CombinedKnowledge([MemoryDatabase([]), database]).listed("debian:12", ["jib"]) == dated
        assert [one for one in database.records_of_feed("a.json") if isinstance(one, Listed)] == records
        assert database.info.sources[0].records == 1  # advisories, which the guard counts
    build(path, [Fresh(FeedRow("a.json", "a", derived=True), lambda: iter([*records, other]))], "2026-01-03")
    with open_database(path) as database:
        assert database.listed("debian:12", ["jib"]) == {}  # a mirror's own work may lack versions
    assert MemoryDatabase(records).listed("debian:13", ["jib", "spar"]) == {"jib": (records[1],)}


def test_repositories_as_the_file_has_them(tmp_path):
    records = [Repository("a-rpms", ("rhel:9", "rhel_eus:9.2"))]
    build(tmp_path / "db", [Fresh(FeedRow("all", "all"), lambda: iter(records))], "2026-01-02")
    expected = {"a-rpms": ("rhel:9", "rhel_eus:9.2")}
    assert MemoryDatabase(records).repositories(["a-rpms", "b-rpms"]) == expected
    with open_database(tmp_path / "db") as database:
        assert database.repositories(["a-rpms", "b-rpms"]) == expected
        assert CombinedKnowledge([MemoryDatabase([]), database]).repositories(["a-rpms"]) == expected


def test_the_address_of_a_swift_package_is_its_name():
    record = Advisory("GHSA-1", "osv", "SwiftURL", "https://github.com/vapor/vapor.git")
    found = MemoryDatabase([record]).advisories("SwiftURL", {"github.com/vapor/vapor"})
    assert [one.id for one in found["github.com/vapor/vapor"]] == ["GHSA-1"]
