"""A published database taken by another: all of it or the parts that are needed, and nothing of what is there is lost."""

import threading
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.feeds import SOURCES, whole_mirror
from tests.support.generated import examples

from careen.app.regression_guard import build_is_affected
from careen.database.build import FeedRow, Fresh, Kept, build
from careen.database.checks import read_checks
from careen.database.compare import compare
from careen.database.file_state import damaged, rows_of
from careen.database.forget import forget
from careen.database.lock import exclusive
from careen.database.publication import Publication, publication_of, target_of
from careen.database.read import open_database
from careen.database.split import split
from careen.database.take import lacking, take
from careen.database.update import BusyError, database_path, update
from careen.errors import DatabaseError, NetworkError
from careen.model.advisory import Advisory, PassedOver, Range
from careen.signing.updates import UntrustedError

RANKS = [source.name for source in SOURCES]


@dataclass
class Published:
    publication: Publication
    layers: dict[str, bytes]
    read: list[str] = field(default_factory=list)

    def __call__(self, digest, size, start):
        self.read.append(digest)
        yield self.layers[digest][start:]


def published(database, folder, version=1):
    folder.mkdir(exist_ok=True)
    parts = split(database, folder, SOURCES)
    order = {path: number for number, path in enumerate(rows_of(database))}
    targets = {group.name: target_of(group, order) for group, _ in parts}
    return Published(publication_of(version, targets, "x"), {group.packed.digest: file.read_bytes() for group, file in parts})


def taken(database, one, groups=None, **options):
    return take(
        database, one.publication, one.publication.groups if groups is None else groups, one, RANKS, where="x", **options
    )


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("theirs")
    update(folder / "cache", SOURCES, mirror_at=str(whole_mirror(folder / "mirror")))
    return database_path(folder / "cache")


def debian(path, day="2026-01-02", fixed="1.1", count=100, confirmed="", part="tracker"):
    """A database of one feed."""
    rows = [Advisory(f"CVE-2025-{n}", "debian", "debian:12", "halyard", (Range(None, fixed),)) for n in range(count)]
    row = FeedRow(f"debian/{part}.json", "debian", part, as_of=day, fetched=f"{day}T00:00:00+00:00", confirmed=confirmed)
    path.parent.mkdir(parents=True, exist_ok=True)
    build(path, [Fresh(row, lambda: rows)], f"{day}T00:00:00+00:00")
    return path


def summary(database):
    return [(row.as_of, row.sha256, row.reader, row.records, row.large, row.detail) for row in rows_of(database).values()]


def fixes(database):
    with open_database(database) as opened:
        found = opened.advisories("debian:12", ["halyard"])
        return {one.ranges[0].fixed for one in found.get("halyard", ())}, len(found.get("halyard", ()))


def test_all_of_it(theirs, tmp_path):
    one, ours = published(theirs, tmp_path / "layers"), tmp_path / "ours" / "advisories.sqlite"
    result = taken(ours, one)
    assert not result.failed
    assert result.layers == len(one.publication.groups)
    assert not compare(theirs, ours).sources
    assert list(rows_of(ours)) == list(rows_of(theirs))
    assert summary(ours) == summary(theirs)


def records(database):
    """All that look-ups can find, feed by feed in the order in which they count."""
    with open_database(database) as opened:
        contents = opened.contents()
        spaces = {space: opened.namespace(space) for space in opened.spaces("advisory")}
        return [(path, sorted(contents[path]), list(opened.records_of_feed(path))) for path in rows_of(database)], spaces


@given(st.data())
@examples(10)
def test_what_is_taken_is_what_its_records_make(theirs, tmp_path_factory, data):
    """A database made of layers says what one says that is built of their records: any of them, in any two steps."""
    folder = tmp_path_factory.mktemp("taken")
    one, ours, built = published(theirs, folder / "layers"), folder / "ours" / "advisories.sqlite", folder / "built.sqlite"
    chosen = data.draw(st.lists(st.sampled_from(one.publication.groups), min_size=1, unique_by=lambda group: group.name))
    first = data.draw(st.integers(0, len(chosen)))
    for groups in (chosen[:first], chosen[first:]):
        assert not taken(ours, one, groups).failed
    paths = {row.path for group in chosen for row in group.rows}
    with open_database(theirs) as opened:
        rows = [row for path, row in rows_of(theirs).items() if path in paths]
        feeds = [Fresh(row, partial(opened.records_of_feed, row.path)) for row in rows]
        assert not build(built, feeds, "2026-01-01T00:00:00+00:00").failed
    assert records(ours) == records(built)
    assert summary(ours) == summary(built)
    assert not damaged(ours)


def test_earlier_editions_of_records_that_the_publisher_could_not_read_stay(tmp_path):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01", fixed="1.1", count=100)
    source = debian(tmp_path / "theirs.sqlite", fixed="1.2", count=99)
    lost = PassedOver("a word that is new", ("CVE-2025-99", "CVE-2025-5"))
    row = replace(rows_of(source)["debian/tracker.json"], unread=(lost,))
    build(source, [Kept(row)], "2026-01-02T00:00:00+00:00", source)
    assert not taken(ours, published(source, tmp_path / "layers")).failed
    with open_database(ours) as opened:
        found = {one.id: one.ranges[0].fixed for one in opened.advisories("debian:12", ["halyard"])["halyard"]}
        assert opened.unread("debian:12", ["halyard"]) == {"debian/tracker": (lost,)}
    assert (found["CVE-2025-99"], found["CVE-2025-5"], len(found)) == ("1.1", "1.2", 100)
    assert not damaged(ours)
    assert rows_of(ours)["debian/tracker.json"].records == 100


def test_the_same_buckets_are_the_same_bytes_in_whichever_database(theirs, tmp_path):
    """This one is built in another order; its layers are those that it was made of."""
    one, ours = published(theirs, tmp_path / "layers"), debian(tmp_path / "ours" / "advisories.sqlite")
    for group in reversed(one.publication.groups):
        taken(ours, one, [group])
    again = published(ours, tmp_path / "again")
    before = {group.name: group.packed for group in one.publication.groups}
    after = {group.name: group.packed for group in again.publication.groups}
    assert {name for name in before if after[name] != before[name]} <= {"debian/tracker"}  # this one was here before


def test_nothing_is_fetched_twice(theirs, tmp_path):
    one, ours = published(theirs, tmp_path / "layers"), tmp_path / "ours" / "advisories.sqlite"
    taken(ours, one)
    one.read.clear()
    before = ours.stat().st_ino
    assert taken(ours, one).layers == 0
    assert one.read == []
    assert ours.stat().st_ino == before


def test_a_part_is_what_an_image_needs(theirs, tmp_path):
    one, ours = published(theirs, tmp_path / "layers"), tmp_path / "ours" / "advisories.sqlite"
    groups = one.publication.needed({"alpine:3.18"})
    assert {"alpine/v3.18", "epss", "kev"} <= {group.name for group in groups}
    assert not {group.name for group in groups} & {"osv/npm", "debian/tracker"}
    taken(ours, one, groups)
    assert {row.source for row in rows_of(ours).values()} >= {"alpine", "epss", "kev"}
    taken(ours, one, one.publication.needed({"PyPI"}))
    with open_database(ours) as opened:
        assert {"alpine:3.18", "PyPI"} <= set(opened.spaces("advisory"))


@pytest.mark.parametrize(
    ("mine", "other", "wanted"),
    [
        ({"day": "2026-01-03"}, {}, False),
        ({"day": "2026-01-01"}, {}, True),
        ({}, {}, False),  # read from its source on the same day
        ({"day": "2026-01-01", "confirmed": "2026-01-05"}, {}, True),  # what is confirmed is no newer for that
        ({"day": "2026-01-03"}, {"confirmed": "2026-01-09"}, False),
        ({"confirmed": "2026-01-05"}, {}, False),
        ({"confirmed": "2026-01-05"}, {"confirmed": "2026-01-06"}, True),
    ],
)
def test_nothing_older_is_taken(tmp_path, mine, other, wanted):
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2", **other), tmp_path / "layers")
    ours = debian(tmp_path / "ours" / "advisories.sqlite", **mine)
    taken(ours, one)
    assert fixes(ours)[0] == ({"1.2"} if wanted else {"1.1"})
    assert bool(one.read) == wanted


def test_a_later_publication_of_the_same_day(tmp_path):
    ours = tmp_path / "ours" / "advisories.sqlite"
    for number, fixed in enumerate(["1.1", "1.2"]):
        taken(ours, published(debian(tmp_path / "theirs.sqlite", fixed=fixed), tmp_path / "layers", number))
        assert fixes(ours)[0] == {fixed}


def test_an_update_of_our_own_goes_before_the_same_day(tmp_path):
    ours = tmp_path / "ours" / "advisories.sqlite"
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")
    taken(ours, one)
    debian(ours, fixed="1.3")
    assert rows_of(ours)["debian/tracker.json"].layer == ""
    taken(ours, one)
    assert fixes(ours)[0] == {"1.3"}


def test_what_the_other_lacks_stays(tmp_path):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", part="changelogs")
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")
    taken(ours, one)
    assert list(rows_of(ours)) == ["debian/tracker.json", "debian/changelogs.json"]


def test_a_feed_that_lost_records_is_held_back(tmp_path):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", count=100, day="2026-01-01")
    one = published(debian(tmp_path / "theirs.sqlite", count=50), tmp_path / "layers")
    result = taken(ours, one)
    assert (result.feeds, result.failed["debian/tracker.json"].trouble) == ((), "held_back")
    assert fixes(ours)[1] == 100
    assert read_checks(ours)["debian/tracker.json"].trouble == "held_back"
    assert not taken(ours, one, accept=["debian"]).failed
    assert fixes(ours)[1] == 50
    assert read_checks(ours)["debian/tracker.json"].trouble == ""


def test_a_feed_that_turns_around_is_held_back(tmp_path):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01", fixed="1.1")
    one = published(debian(tmp_path / "theirs.sqlite", fixed="9"), tmp_path / "layers")
    result = taken(ours, one, is_affected=build_is_affected())
    assert result.failed["debian/tracker.json"].trouble == "held_back"
    assert "are the reverse of the earlier ones" in result.failed["debian/tracker.json"].detail
    assert fixes(ours) == ({"1.1"}, 100)
    assert not damaged(ours)


def test_dates_that_came_without_records(tmp_path):
    ours = tmp_path / "ours" / "advisories.sqlite"
    source = debian(tmp_path / "theirs.sqlite")
    taken(ours, published(source, tmp_path / "layers"))
    later = published(debian(source, confirmed="2026-01-09"), tmp_path / "layers", 2)
    taken(ours, later)
    assert later.read == []
    with open_database(ours) as opened:
        assert [one.confirmed for one in opened.info.sources] == ["2026-01-09"]


@pytest.mark.parametrize("data", ["cut off", "of another", "changed", "nothing"])
def test_layers_that_are_not_those_that_were_signed(tmp_path, data):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01")
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")
    other = published(debian(tmp_path / "others.sqlite", fixed="1.3"), tmp_path / "layers")
    (digest, layer), (foreign,) = next(iter(one.layers.items())), other.layers.values()
    one.layers[digest] = {"cut off": layer[:-9], "of another": foreign, "changed": layer[:-1] + b"\0", "nothing": b""}[data]
    before = ours.read_bytes()
    with pytest.raises(UntrustedError, match="x is refused: debian/tracker: ") as caught:
        taken(ours, one)
    assert "\n" not in str(caught.value)
    assert ours.read_bytes() == before
    left = {file.name for file in ours.parent.iterdir() if not file.name.endswith("lock")}
    assert left == {"advisories.sqlite", "advisories.sqlite.sum"}


def test_a_layer_under_another_name(tmp_path):
    source = debian(tmp_path / "theirs.sqlite")
    one = published(source, tmp_path / "layers")
    group = one.publication.groups[0]
    with pytest.raises(UntrustedError, match="does not have the feeds that it should"):
        taken(tmp_path / "ours" / "advisories.sqlite", one, [replace(group, name="osv/npm")])
    rows = (replace(group.rows[0], path="osv/npm/all.zip"),)
    with pytest.raises(UntrustedError, match="does not have the feeds that it should"):
        taken(tmp_path / "ours" / "advisories.sqlite", one, [replace(group, rows=rows)])


def test_a_network_that_breaks(tmp_path):
    one = published(debian(tmp_path / "theirs.sqlite"), tmp_path / "layers")
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01")
    before = ours.read_bytes()

    def read(digest, size, start):
        yield one.layers[digest][start : start + 50]
        raise NetworkError("answered 429")

    with pytest.raises(NetworkError, match="429"):
        take(ours, one.publication, one.publication.groups, read, RANKS, where="x")
    assert ours.read_bytes() == before
    assert lacking(ours, one.publication.groups) == one.publication.groups


@pytest.mark.parametrize("at", [0, 30_000])
def test_what_is_damaged_is_left_to_an_update_which_names_what_is_lost(tmp_path, at):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", part="changelogs", count=2000)
    data = bytearray(ours.read_bytes())
    data[at : at + 200] = bytes(200)
    ours.write_bytes(data)
    one = published(debian(tmp_path / "theirs.sqlite"), tmp_path / "layers")
    with pytest.raises(DatabaseError, match="damaged"):
        taken(ours, one)
    assert ours.read_bytes() == data


def test_what_was_forgotten_comes_back(tmp_path):
    ours = tmp_path / "cache" / "database" / "advisories.sqlite"
    one = published(debian(tmp_path / "theirs.sqlite"), tmp_path / "layers")
    taken(ours, one)
    forget(tmp_path / "cache", "debian")
    assert lacking(ours, one.publication.groups)
    taken(ours, one)
    assert fixes(ours)[1] == 100


def test_a_disk_that_is_full_is_named_with_what_is_needed(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01")
    monkeypatch.setattr("careen.database.take.inflate", full)
    with pytest.raises(DatabaseError, match=r"taking.*No space left") as caught:
        taken(ours, one)
    assert "it needs 0 MB" in caught.value.hint
    assert fixes(ours)[0] == {"1.1"}


def partly(one, digests, upto):
    """Reads all layers but some, of which it gives the first bytes alone."""
    asked = []

    def read(digest, size, start):
        asked.append((digest, start))
        end = upto if digest in digests else size
        yield one.layers[digest][start:end]
        if end < size:
            raise NetworkError("reset")

    return read, asked


def test_one_layer_that_fails_gives_up_no_other_and_is_continued(theirs, tmp_path):
    one, ours = published(theirs, tmp_path / "layers"), tmp_path / "ours" / "advisories.sqlite"
    groups = one.publication.groups
    broken = next(group for group in groups if group.name == "osv/npm")
    read, _ = partly(one, {broken.packed.digest}, 50)
    with pytest.raises(NetworkError, match="reset"):
        take(ours, one.publication, groups, read, RANKS, where="x")
    assert lacking(ours, groups) == (broken,)
    read, asked = partly(one, (), 0)
    assert take(ours, one.publication, groups, read, RANKS, where="x").layers == 1
    assert asked == [(broken.packed.digest, 50)]
    assert not lacking(ours, groups)
    assert not (ours.parent / "partial").is_dir() or not list((ours.parent / "partial").iterdir())


def test_what_was_kept_is_wrong(tmp_path):
    """Bytes of another file came first; it was noticed when the rest had come."""
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01")
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")

    def other(digest, size, start):
        yield one.layers[digest][:49] + b"\0"
        raise NetworkError("reset")

    with pytest.raises(NetworkError):
        take(ours, one.publication, one.publication.groups, other, RANKS, where="x")
    read, asked = partly(one, (), 0)
    assert take(ours, one.publication, one.publication.groups, read, RANKS, where="x").layers == 1
    assert [start for _, start in asked] == [50, 0]


def test_who_lacks_nothing_waits_for_nobody(tmp_path):
    ours = tmp_path / "ours" / "advisories.sqlite"
    one = published(debian(tmp_path / "theirs.sqlite"), tmp_path / "layers")
    taken(ours, one)
    with exclusive(ours.parent / "lock", 0), exclusive(ours.parent / "published.lock", 0):
        assert taken(ours, one).layers == 0


@pytest.mark.parametrize("lock", ["lock", "published.lock"])
def test_who_has_no_patience_does_not_wait_for_another(tmp_path, lock):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01")
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")
    with exclusive(ours.parent / lock, 0), pytest.raises(BusyError):
        taken(ours, one, patience_s=0.2)
    assert fixes(ours)[0] == {"1.1"}


def test_no_time_for_all(theirs, tmp_path):
    """What came in time is taken; a connection that hangs is not waited for."""
    one, ours = published(theirs, tmp_path / "layers"), tmp_path / "ours" / "advisories.sqlite"
    hangs, release = one.publication.groups[0], threading.Event()

    def read(digest, size, start):
        if digest == hangs.packed.digest:
            release.wait(60)
        yield one.layers[digest][start:]

    result = take(ours, one.publication, one.publication.groups, read, RANKS, where="x", patience_s=3.0)
    release.set()
    assert result.is_late
    assert hangs in lacking(ours, one.publication.groups)
    assert result.layers


def test_large_layers_are_left(theirs, tmp_path):
    one, ours = published(theirs, tmp_path / "layers"), tmp_path / "ours" / "advisories.sqlite"
    large = max(one.publication.groups, key=lambda group: group.packed.inflated)
    result = taken(ours, one, leave_bytes=large.packed.inflated - 1)
    assert result.is_late
    assert large in lacking(ours, one.publication.groups)
    assert large.packed.digest not in one.read


def test_only_what_is_absent(tmp_path):
    ours = debian(tmp_path / "ours" / "advisories.sqlite", day="2026-01-01")
    one = published(debian(tmp_path / "theirs.sqlite", fixed="1.2"), tmp_path / "layers")
    taken(ours, one, absent=True)
    assert fixes(ours)[0] == {"1.1"}
    taken(tmp_path / "new" / "advisories.sqlite", one, absent=True)
    assert fixes(tmp_path / "new" / "advisories.sqlite")[0] == {"1.2"}


def test_what_may_not_be_passed_on_is_left_out(tmp_path):
    withheld = {source.name for source in SOURCES if not source.redistributable}
    assert "chainguard" in withheld
    rows = [FeedRow(f"{name}/x", name, fetched="2026-01-01T00:00:00+00:00") for name in ("chainguard", "debian")]
    path = tmp_path / "advisories.sqlite"
    records = [Advisory("CVE-2025-1", "x", "debian:12", "halyard", (Range(None, "1"),))]
    build(path, [Fresh(row, lambda: records) for row in rows], "2026-01-01T00:00:00+00:00")
    assert [group.name for group, _ in split(path, tmp_path, SOURCES, withheld)] == ["debian"]


def test_licences_without_derivatives_are_known():
    """Whoever adds a source has to say so."""
    for source in SOURCES:
        assert source.redistributable == ("-ND-" not in source.licence), source.name
