"""The database file: built aside, verified, put in place; what a feed's failure leaves."""

import os
import sqlite3
from contextlib import closing

import pytest

from careen.database import build as module
from careen.database.build import Failure, FeedRow, Fresh, Kept, build
from careen.database.file_state import rows_of
from careen.database.read import open_database
from careen.errors import DatabaseError
from careen.model.advisory import (
    Advisory,
    Epss,
    Exploited,
    Import,
    LimitedSupport,
    Malicious,
    NamespaceInfo,
    PassedOver,
    Range,
    Support,
    VulnerabilityRecord,
)

NOW = "2026-01-02T03:04:05+00:00"


def advisory(id="CVE-2025-1", package="halyard", namespace="debian:12", **more):
    return Advisory(id, "debian", namespace, package, (Range(None, "1.1"),), **more)


def fresh(path, *records, source="osv", **more):
    return Fresh(FeedRow(path, source), lambda: iter(records), **more)


def failing(path, *records, source="osv"):
    def read():
        yield from records
        raise ValueError("cut short")

    return Fresh(FeedRow(path, source), read)


def asked(path, namespace, *names):
    with open_database(path) as database:
        return database.advisories(namespace, names)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "advisories.sqlite"


def test_every_kind_of_record_comes_back(path):
    bundle = tuple(f"CVE-2025-{n}" for n in range(100, 160))
    full = Advisory(
        "ALSA-2025:1", "almalinux", "almalinux:8", "nodejs", (Range("1", "2"), Range("3", None, "4", True)), ("0.9",),
        "wont_fix", bundle, "high", ("2", "5"), "nodejs:18", ("x86_64",), "likely", "https://osv.dev/vulnerability/ALSA-2025:1",
    )  # fmt: skip
    other = Advisory("ALSA-2025:1", "almalinux", "almalinux:8", "npm", aliases=bundle)
    records = [
        full,
        other,
        advisory(package="Halyard_X", namespace="PyPI", url="https://elsewhere.example/1"),
        VulnerabilityRecord("PYSEC-1", "pypa", ("CVE-2025-7",), "Summary", "low", (), "2025-01-01", ("CWE-79",)),
        Malicious("MAL-1", "npm", "keel"),
        Malicious("MAL-2", "npm", "keel", ("1", "2")),
        Epss("CVE-2025-1", 0.97, 0.5),
        Exploited("CVE-2025-1", "2025-01-01", True),
        Support("debian:12", "2028-06-30"),
        LimitedSupport("debian:12", "golang.*", detail="built statically"),
        LimitedSupport("debian:12", "tor", "2025-01-01", "0.1", "abandoned"),
        LimitedSupport("debian:1", "tor"),
        advisory(package="a.example/x", namespace="Go", imports=(Import("a.example/x/y", ("F", "T.M")), Import("z"))),
    ]
    build(path, [fresh("a", *records)], NOW)
    with open_database(path) as database:
        assert database.advisories("almalinux:8", ["nodejs", "npm"]) == {"nodejs": (full,), "npm": (other,)}
        assert database.advisories("PyPI", ["halyard-x"])["halyard-x"] == (records[2],)
        assert database.advisories("Go", ["a.example/x"])["a.example/x"] == (records[-1],)
        assert database.records(["PYSEC-1", "CVE-2025-7"]) == {"PYSEC-1": (records[3],), "CVE-2025-7": (records[3],)}
        assert database.malicious("npm", ["keel", "x"]) == {"keel": (records[4], records[5])}
        assert database.epss(["CVE-2025-1", "CVE-2025-2"]) == {"CVE-2025-1": records[6]}
        assert database.exploited(["CVE-2025-1"]) == {"CVE-2025-1": records[7]}
        assert database.end_of_life("debian:12") == "2028-06-30"
        assert database.end_of_life("debian:99") is None
        assert database.limited_support("debian:12") == tuple(records[9:11])
        assert database.limited_support("debian:2") == ()
        assert database.knows("almalinux:8", ["npm", "vim"]) == {"npm"}


def test_several_statements_of_one_record_about_one_package(path):
    both = advisory(status="fixed"), advisory(status="open")
    build(path, [fresh("a", *both)], NOW)
    assert asked(path, "debian:12", "halyard") == {"halyard": both}


def test_of_feeds_of_one_source_the_first_counts(path):
    first, second, third = advisory(), advisory(severity="high"), advisory("CVE-2025-9")
    build(path, [fresh("a", first), fresh("b", second, third)], NOW)
    assert asked(path, "debian:12", "halyard") == {"halyard": (first, third)}
    build(path, [fresh("b", second, third), fresh("a", first)], NOW)
    assert asked(path, "debian:12", "halyard") == {"halyard": (second, third)}
    build(path, [fresh("a", first, source="x"), fresh("b", second, source="y")], NOW)
    assert len(asked(path, "debian:12", "halyard")["halyard"]) == 2


def test_what_is_known_of_a_namespace(path):
    partial = NamespaceInfo("debian:12", "debian", 0, 0, partial=True, detail="some")
    build(
        path,
        [
            Fresh(
                FeedRow("t", "debian", "tracker"),
                lambda: iter([advisory(), advisory("CVE-2", status="open"), advisory(package="jib")]),
            ),
            Fresh(FeedRow("c", "debian", "changelogs"), lambda: iter([advisory("CVE-3"), partial])),
        ],
        NOW,
    )
    with open_database(path) as database:
        assert database.namespace("debian:12") == (
            NamespaceInfo("debian:12", "debian/tracker", 3, 2, partial=False, unfixed=True),
            NamespaceInfo("debian:12", "debian/changelogs", 1, 1, partial=True, unfixed=False, detail="some"),
        )
        assert database.namespace("debian:11") == ()


def test_kept_feeds_are_taken_from_the_previous_file(path):
    bundled = advisory(aliases=tuple(f"CVE-2025-{n}" for n in range(9)))
    build(
        path,
        [
            fresh("a", bundled),
            fresh("b", advisory(package="jib")),
            fresh("c", Epss("CVE-1", 0.5, 0.5), Malicious("M", "npm", "x")),
        ],
        NOW,
    )
    rows = rows_of(path)
    result = build(path, [Kept(rows["c"]), fresh("b", advisory(package="spar")), Kept(rows["a"])], NOW, path)
    assert result.records == {"a": 1, "b": 1, "c": 2}
    assert asked(path, "debian:12", "halyard", "jib", "spar") == {"halyard": (bundled,), "spar": (advisory(package="spar"),)}
    with open_database(path) as database:
        assert database.epss(["CVE-1"])
        assert database.malicious("npm", ["x"])
        assert database.namespace("debian:12")[0].records == 2
    build(path, [Kept(rows["b"])], NOW, path)
    assert list(rows_of(path)) == ["b"]


def test_a_feed_that_fails_keeps_its_old_rows_and_says_so(path):
    build(path, [fresh("a", advisory(), Epss("CVE-1", 0.1, 0.1)), fresh("b", advisory("CVE-9"))], NOW)
    result = build(path, [failing("a", advisory("CVE-2"), Epss("CVE-2", 0.2, 0.2)), fresh("b", advisory("CVE-10"))], NOW, path)
    assert result.failed == {"a": Failure("damaged", "cut short")}
    assert [one.id for one in asked(path, "debian:12", "halyard")["halyard"]] == ["CVE-2025-1", "CVE-10"]
    with open_database(path) as database:
        assert database.epss(["CVE-1", "CVE-2"]).keys() == {"CVE-1"}


def test_a_feed_that_fails_at_first_leaves_nothing(path):
    result = build(path, [failing("a", advisory()), fresh("b", advisory("CVE-9"))], NOW)
    assert result.failed == {"a": Failure("damaged", "cut short")}
    assert list(rows_of(path)) == ["b"]
    assert [one.id for one in asked(path, "debian:12", "halyard")["halyard"]] == ["CVE-9"]


def test_a_feed_that_loses_a_fifth_is_held_back(path):
    many = [advisory(f"CVE-2025-{n}") for n in range(100)]
    build(path, [fresh("a", *many)], NOW)
    assert build(path, [fresh("a", *many[:79])], NOW, path).failed == {
        "a": Failure("held_back", "only 79 records, the previous version had 100")
    }
    assert len(asked(path, "debian:12", "halyard")["halyard"]) == 100
    assert build(path, [fresh("a", *many[:81])], NOW, path).failed == {}
    assert build(path, [fresh("a", *many[:10], accept_loss=True)], NOW, path).failed == {}
    assert len(asked(path, "debian:12", "halyard")["halyard"]) == 10


def test_an_open_database_goes_on_being_read(path):
    build(path, [fresh("a", advisory())], NOW)
    with open_database(path) as before:
        build(path, [fresh("a", advisory("CVE-2"))], NOW)
        assert before.advisories("debian:12", ["halyard"])["halyard"][0].id == "CVE-2025-1"
        assert asked(path, "debian:12", "halyard")["halyard"][0].id == "CVE-2"


def test_leftovers_are_removed_and_none_are_made(path):
    (path.parent / "advisories.sqlite.123.building").write_bytes(b"of a build that was killed")
    build(path, [fresh("a", advisory())], NOW)
    assert sorted(file.name for file in path.parent.iterdir()) == ["advisories.sqlite", "advisories.sqlite.sum"]


def test_an_unexpected_error_leaves_the_previous_file(path):
    build(path, [fresh("a", advisory())], NOW)

    def broken():
        yield advisory("CVE-2")
        raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        build(path, [Fresh(FeedRow("a", "osv"), broken)], NOW, path)
    assert asked(path, "debian:12", "halyard")["halyard"][0].id == "CVE-2025-1"
    assert sorted(file.name for file in path.parent.iterdir()) == ["advisories.sqlite", "advisories.sqlite.sum"]


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM bucket",
        "DELETE FROM head",
        "UPDATE bucket SET body = zeroblob(20)",
        "INSERT INTO bucket VALUES (99, x'00')",
    ],
)
def test_a_result_that_does_not_verify_is_not_put_in_place(path, monkeypatch, spoil):
    build(path, [fresh("a", advisory())], NOW)
    original = module._fill

    def losing(connection, *arguments):
        result = original(connection, *arguments)
        connection.execute(spoil)
        return result

    monkeypatch.setattr(module, "_fill", losing)
    with pytest.raises(DatabaseError, match=r"the new database is damaged|rows, and"):
        build(path, [fresh("a", advisory("CVE-2"))], NOW, path)
    assert asked(path, "debian:12", "halyard")["halyard"][0].id == "CVE-2025-1"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(path):
    path.parent.chmod(0o500)
    with pytest.raises(DatabaseError, match="could not be built"):
        build(path, [fresh("a", advisory())], NOW)


def test_many_rows_pass_through_in_batches(path, monkeypatch):
    monkeypatch.setattr("careen.database.packing.BATCH_ROWS", 7)
    records = [advisory(f"CVE-2025-{n}", f"package-{n % 13}") for n in range(500)]
    build(path, [fresh("a", *records, *records)], NOW)  # twice: the second time they are there already
    with open_database(path) as database:
        found = database.advisories("debian:12", [f"package-{n}" for n in range(13)])
    assert sorted(one.id for many in found.values() for one in many) == sorted(one.id for one in records)


@pytest.mark.parametrize("limit", [5, 100, 10_000])
def test_scores_in_any_number_and_order(path, monkeypatch, limit):
    """Of two about the same the first counts, and one that cannot be read is as it was before."""
    monkeypatch.setattr("careen.database.packing.MAX_SCORES", limit)
    monkeypatch.setattr("careen.database.packing.BATCH_ROWS", 7)
    scores = {f"CVE-2025-{n * 7 % 300}": Epss(f"CVE-2025-{n * 7 % 300}", n / 1000, 1 - n / 1000) for n in range(300)}
    again = [Epss(id, 0.9, 0.9) for id in scores]
    build(path, [fresh("a", *scores.values(), advisory(), *again)], NOW)
    with open_database(path) as database:
        assert dict(database.epss(scores)) == scores
    records = Epss("CVE-2025-1", 0.5, 0.123456789), PassedOver("?", ("CVE-2025-1", "CVE-2025-2"))
    build(path, [fresh("a", *records, accept_loss=True)], NOW, path)
    with open_database(path) as database:
        assert dict(database.epss(scores)) == {
            "CVE-2025-1": Epss("CVE-2025-1", 0.5, 0.123456789), "CVE-2025-2": scores["CVE-2025-2"],
        }  # fmt: skip


def test_rows_of_what_is_no_database(tmp_path):
    assert rows_of(tmp_path / "absent") == {}
    (tmp_path / "text").write_text("not a database" * 100)
    assert rows_of(tmp_path / "text") == {}
    with closing(sqlite3.connect(tmp_path / "other")) as connection:
        connection.execute("CREATE TABLE feed (x)")
    assert rows_of(tmp_path / "other") == {}


def unread_of(path, namespace, *names):
    with open_database(path) as database:
        return database.unread(namespace, names)


@pytest.mark.parametrize("replaces", [None, frozenset({"CVE-2025-1", "CVE-2025-2"})])
def test_of_a_record_that_cannot_be_read_the_earlier_statements_stay(path, replaces):
    bundle = tuple(f"CVE-2025-{n}" for n in range(100, 160))
    first = advisory(aliases=bundle)
    others = [advisory("CVE-2025-2"), advisory("CVE-2025-3", "oar"), VulnerabilityRecord("CVE-2025-1", "debian", summary="x")]
    build(path, [fresh("x", first, *others)], NOW)
    lost = PassedOver("CVE-2025-1: an unknown status", ("CVE-2025-1",), "debian:12", "halyard")
    again = (lost, advisory("CVE-2025-2", severity="low"), *([] if replaces else others[1:2]))
    built = build(path, [fresh("x", *again, replaces=replaces)], NOW, path)
    assert built.passed_over == {"x": "1 record was skipped (CVE-2025-1: an unknown status)"}
    known = asked(path, "debian:12", "halyard", "oar")
    assert known == {"halyard": (first, advisory("CVE-2025-2", severity="low")), "oar": (advisory("CVE-2025-3", "oar"),)}
    with open_database(path) as database:
        assert database.records(["CVE-2025-1"])["CVE-2025-1"][0].summary == "x"
    assert unread_of(path, "debian:12", "halyard") == {"osv": (lost,)}
    assert unread_of(path, "debian:12", "oar") == {}


def test_what_a_record_that_cannot_be_read_does_not_name_goes_with_its_source(path):
    build(path, [fresh("x", advisory(), advisory("CVE-2025-2"))], NOW)
    build(path, [fresh("x", advisory("CVE-2025-3"), PassedOver("no id at all"), PassedOver("?", ("CVE-2025-9",)))], NOW, path)
    assert [one.id for one in asked(path, "debian:12", "halyard")["halyard"]] == ["CVE-2025-3"]
    assert len(unread_of(path, "debian:12", "any")["osv"]) == 2


def test_a_published_feed_takes_no_statement_away_that_its_publisher_could_not_read(path):
    build(path, [fresh("x", advisory(), advisory("CVE-2025-2"))], NOW)
    lost = PassedOver("CVE-2025-1: ?", ("CVE-2025-1",), "debian:12", "halyard")
    build(path, [Fresh(FeedRow("x", "osv", unread=(lost,)), lambda: iter([advisory("CVE-2025-3")]))], NOW, path)
    assert [one.id for one in asked(path, "debian:12", "halyard")["halyard"]] == ["CVE-2025-1", "CVE-2025-3"]
    assert unread_of(path, "debian:12", "halyard") == {"osv": (lost,)}


def test_an_amended_feed_remembers_what_it_could_not_read_until_it_can(path):
    lost = PassedOver("CVE-2025-1: ?", ("CVE-2025-1",))
    build(path, [fresh("x", advisory(), advisory("CVE-2025-2"), lost)], NOW)
    build(path, [fresh("x", advisory("CVE-2025-2"), replaces=frozenset({"CVE-2025-2"}))], NOW, path)
    assert unread_of(path, "debian:12", "halyard") == {"osv": (lost,)}
    build(path, [fresh("x", advisory(), replaces=frozenset({"CVE-2025-1"}))], NOW, path)
    assert unread_of(path, "debian:12", "halyard") == {}
