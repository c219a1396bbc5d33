"""What changed between two databases, whichever way each was built."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples

from careen.database.build import FeedRow, Fresh, build
from careen.database.compare import KindChange, SourceChange, compare
from careen.database.differences import Difference, Only
from careen.errors import DatabaseError
from careen.model.advisory import (
    Advisory,
    Epss,
    Exploited,
    LimitedSupport,
    Malicious,
    Range,
    Repository,
    Support,
    VulnerabilityRecord,
)

ALIASES = tuple(f"CVE-2025-{n}" for n in range(100, 110))


def osv(id, fixed, name="boat", namespace="npm", **more):
    ranges = (Range(None, fixed),)
    return Advisory(id, "ghsa", namespace, name, ranges, url=f"https://osv.dev/vulnerability/{id}", **more)


def made(path, osv_records, others=(), as_of="2026-01-02", first=()):
    """``first`` is read before, so that words and feeds get other numbers."""
    feeds = [Fresh(FeedRow("a/first", "a"), lambda: first)] if first else []
    feeds += [
        Fresh(FeedRow("osv/npm/all.zip", "osv", "npm", as_of=as_of), lambda: osv_records),
        Fresh(FeedRow("kev.json", "kev"), lambda: others),
    ]
    build(path, feeds, "2026-01-02T03:04:05+00:00")
    return path


def listed(one, other, **only):
    found = []
    compare(one, other, Only(**{key: frozenset(value) for key, value in only.items()}), found.append)
    return found


def test_the_order_of_building_is_no_difference(tmp_path):
    records = [osv("GHSA-1", "2.0", aliases=ALIASES), osv("GHSA-2", "2.0"), VulnerabilityRecord("GHSA-1", "ghsa", ALIASES)]
    noise = [Advisory("X-1", "elsewhere", "PyPI", "x", url="https://elsewhere.example/X-1", aliases=ALIASES[::-1])]
    one, other = made(tmp_path / "1", records, first=noise), made(tmp_path / "2", records)
    found = compare(one, other)
    assert [change.name for change in found.sources] == ["a"]
    assert found.kinds == (KindChange("advisory", 0, 1, 0),)
    assert compare(one, one).sources == ()


def test_the_order_of_statements_is_no_difference(tmp_path):
    records = [osv("GHSA-1", "2.0", module="a"), osv("GHSA-1", "3.0", module="b")]
    assert listed(made(tmp_path / "1", records), made(tmp_path / "2", records[::-1])) == []


def test_the_same_bytes_with_other_words_or_bundles_are_a_difference(tmp_path):
    """What is packed refers to words and lists of aliases by number."""
    one = made(tmp_path / "1", [osv("GHSA-1", "2.0", aliases=ALIASES)])
    other = made(tmp_path / "2", [osv("GHSA-1", "2.0", aliases=ALIASES[:5])])
    third = made(tmp_path / "3", [msgspec.structs.replace(osv("GHSA-1", "2.0", aliases=ALIASES), source="osv!")])
    assert [(found.id, found.fields) for found in listed(one, other)] == [("GHSA-1", ("aliases",))]
    assert [(found.id, found.fields) for found in listed(one, third)] == [("GHSA-1", ("source",))]


def test_records_and_fields(tmp_path):
    before = made(
        tmp_path / "1",
        [osv("GHSA-1", "2.0"), osv("GHSA-2", "2.0"), osv("GHSA-3", None, status="open"), Malicious("MAL-1", "npm", "evil")],
        [Exploited("CVE-1", "2026-01-01"), Epss("CVE-1", 0.5, 0.5)],
    )
    after = made(
        tmp_path / "2",
        [osv("GHSA-1", "2.1"), osv("GHSA-3", "3.0"), osv("GHSA-4", "1.0"), osv("GHSA-5", "1.0", severity="high")],
        [Exploited("CVE-1", "2026-01-01", True), Epss("CVE-1", 0.5, 0.5), Epss("CVE-2", 0.5, 0.5)],
        as_of="2026-02-03",
    )
    found = []
    counted = compare(before, after, on_difference=found.append)
    assert counted.sources == (
        SourceChange("osv/npm", "2026-01-02", "2026-02-03", added=2, removed=2, changed=2, records=4),
        SourceChange("kev", "", "", added=1, removed=0, changed=1, records=3),
    )
    assert counted.kinds == (
        KindChange("advisory", 2, 1, 2), KindChange("malicious", 0, 1, 0), KindChange("exploited", 0, 0, 1),
        KindChange("epss", 1, 0, 0),
    )  # fmt: skip
    assert [(one.kind, one.namespace, one.name, one.id, one.change, one.fields) for one in found] == [
        ("advisory", "npm", "boat", "GHSA-1", "changed", ("ranges",)),
        ("advisory", "npm", "boat", "GHSA-2", "removed", ()),
        ("advisory", "npm", "boat", "GHSA-3", "changed", ("ranges", "status")),
        ("advisory", "npm", "boat", "GHSA-4", "added", ()),
        ("advisory", "npm", "boat", "GHSA-5", "added", ()),
        ("malicious", "npm", "evil", "MAL-1", "removed", ()),
        ("exploited", "", "", "CVE-1", "changed", ("ransomware",)),
        ("epss", "", "", "CVE-2", "added", ()),
    ]
    assert found[0] == Difference(
        "advisory", "osv/npm", "npm", "boat", "GHSA-1", "changed", ("ranges",), (osv("GHSA-1", "2.0"),), (osv("GHSA-1", "2.1"),)
    )


def test_scores_support_and_repositories(tmp_path):
    before = [VulnerabilityRecord("CVE-1", "nvd", severity="low"), Support("debian:12", "2028-06-30")]
    before += [LimitedSupport("debian:12", "web", "2026-01-01"), Repository("rhel-9", ("redhat:9",))]
    after = [VulnerabilityRecord("CVE-1", "nvd", severity="high"), Support("debian:12", "2029-06-30")]
    after += [LimitedSupport("debian:12", "web", "2027-01-01"), Repository("rhel-9", ("redhat:9", "redhat:9.2"))]
    found = listed(made(tmp_path / "1", (), before), made(tmp_path / "2", (), after))
    assert [(one.kind, one.namespace, one.name, one.id, one.fields) for one in found] == [
        ("support", "debian:12", "", "", ("end_of_life",)),
        ("support", "debian:12", "web", "", ("ended",)),
        ("record", "", "", "CVE-1", ("severity",)),
        ("repository", "", "rhel-9", "", ("namespaces",)),
    ]


def test_filters(tmp_path):
    records = [osv("A-1", "1"), osv("A-2", "1", namespace="debian:12"), osv("A-3", "1", namespace="debian:13")]
    others = [Exploited("CVE-1", "2026-01-01"), Support("debian:12", "2028-06-30"), Support("alpine:3", "2028-06-30")]
    one, other = made(tmp_path / "1", (), ()), made(tmp_path / "2", records, others)

    def ids(**only):
        return [found.id or found.namespace for found in listed(one, other, **only)]

    assert ids(namespaces=["debian"]) == ["A-2", "A-3", "debian:12"]
    assert ids(namespaces=["debian:12", "npm"]) == ["A-2", "A-1", "debian:12"]
    assert ids(sources=["osv"]) == ids(sources=["osv/npm"]) == ["A-2", "A-3", "A-1"]
    assert ids(sources=["kev"], namespaces=["npm"]) == ids(sources=["osv/np"]) == []
    assert [row.name for row in compare(one, other, Only(sources=frozenset({"kev"}))).sources] == ["kev"]


def test_several_statements_that_combine_the_same_values_otherwise(tmp_path):
    one = made(tmp_path / "1", [osv("A", "1", module="x"), osv("A", "2", module="y")])
    other = made(tmp_path / "2", [osv("A", "2", module="x"), osv("A", "1", module="y")])
    assert [found.fields for found in listed(one, other)] == [("statements",)]


def test_a_damaged_database_is_no_difference(tmp_path):
    one = made(tmp_path / "1", [osv(f"A-{n}", "1", name=f"p{n}") for n in range(500)])
    other = made(tmp_path / "2", [osv(f"A-{n}", "2", name=f"p{n}") for n in range(500)])
    data = bytearray(other.read_bytes())
    at = data.index(b"p25", len(data) // 2)
    data[at : at + 3] = b"q25"
    other.write_bytes(data)
    with pytest.raises(DatabaseError, match="damaged"):
        listed(one, other)


names = st.text("ab\u00e4\U0001f600\uffee", min_size=1, max_size=2)
advisories = st.builds(
    osv, st.sampled_from(["A", "B"]), st.sampled_from(["1", "2"]), names, st.sampled_from(["npm", "debian:12"]),
    aliases=st.sampled_from([(), ALIASES[:2], ALIASES, ALIASES[:5]]),
)  # fmt: skip


@examples(40)
@given(st.lists(advisories, max_size=8), st.lists(advisories, max_size=8))
def test_differences_are_those_of_the_sets(tmp_path_factory, before, after):
    folder = tmp_path_factory.mktemp("two")
    for records in (before, after):  # a feed says all of one advisory in a row
        records.sort(key=lambda one: (one.namespace, one.package, one.id))
    one, other = made(folder / "1", before, [Epss("CVE-1", 0.1, 0.1)]), made(folder / "2", after, [Epss("CVE-1", 0.1, 0.1)])

    def statements(records):
        found = {}
        for record in records:
            found.setdefault((record.namespace, record.package, record.id), []).append(msgspec.json.encode(record))
        return {key: sorted(value) for key, value in found.items()}

    had, has = statements(before), statements(after)
    expected = {
        (*key, "added" if key not in had else "removed" if key not in has else "changed")
        for key in had.keys() | has.keys()
        if had.get(key) != has.get(key)
    }
    found = listed(one, other)
    assert {(each.namespace, each.name, each.id, each.change) for each in found} == expected
    assert len(found) == len(expected)


@examples(40)
@given(*[st.lists(advisories, max_size=6)] * 3, st.booleans())
def test_feeds_that_stay_the_same_say_what_else_is_stated_of_what_changed(tmp_path_factory, before, after, beside, is_first):
    """Two feeds of one source, of which one is the same in both databases."""
    folder = tmp_path_factory.mktemp("two")
    for records in (before, after, beside):
        records.sort(key=lambda one: (one.namespace, one.package, one.id))

    def built(name, records):
        feeds = [Fresh(FeedRow("osv/npm/changes", "osv", "npm"), lambda: records)]
        feeds.insert(0 if is_first else 1, Fresh(FeedRow("osv/npm/all.zip", "osv", "npm"), lambda: beside))
        build(folder / name, feeds, "2026-01-02T03:04:05+00:00")
        return folder / name

    def statements(records):
        found = {}
        for record in (*records, *beside):
            found.setdefault((record.namespace, record.package, record.id), []).append(record)
        return {key: sorted(value, key=msgspec.msgpack.encode) for key, value in found.items()}

    had, has = statements(before), statements(after)
    expected = {key: (had.get(key, []), has.get(key, [])) for key in had.keys() | has.keys() if had.get(key) != has.get(key)}
    found = {
        (each.namespace, each.name, each.id): tuple(
            sorted(records, key=msgspec.msgpack.encode) for records in (each.before, each.after)
        )
        for each in listed(built("1", before), built("2", after))
    }
    assert found == expected
