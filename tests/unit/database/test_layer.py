"""Layers are read as what anybody may have written: whatever is changed in one is refused, and never half taken."""

import io
import os
import random
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.generated import examples

from careen.database.buckets import opened as opened_blob
from careen.database.buckets import sealed
from careen.database.build import Fresh, Prepacked, build
from careen.database.file_state import damaged
from careen.database.head import FeedRow, Section, tag_of
from careen.database.layer import FORMAT, About, Layer, Packed, inflate, write_layer, zstd
from careen.database.read import open_database
from careen.model.advisory import (
    Advisory,
    Cvss,
    Epss,
    Exploited,
    LimitedSupport,
    Malicious,
    NamespaceInfo,
    Range,
    Repository,
    Support,
    VulnerabilityRecord,
)

FLIPS = int(os.environ.get("CAREEN_FLIPS", "300"))
TEXT = st.text(max_size=20)
RECORDS = st.one_of(
    st.builds(
        Advisory,
        TEXT,
        TEXT,
        TEXT,
        TEXT,
        st.lists(st.builds(Range, TEXT, st.none() | TEXT, st.none(), st.booleans()), max_size=2).map(tuple),
        st.lists(TEXT, max_size=2).map(tuple),
        st.sampled_from(["fixed", "open", "not_affected"]),
    ),
    st.builds(VulnerabilityRecord, TEXT, TEXT, cvss=st.tuples(st.builds(Cvss, TEXT, TEXT, TEXT, st.floats(0, 10)))),
    st.builds(Epss, TEXT, st.floats(0, 1), st.floats(0, 1)),
    st.builds(Exploited, TEXT, TEXT, st.booleans()),
    st.builds(Malicious, TEXT, TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple)),
    st.builds(Support, TEXT, TEXT),
    st.builds(LimitedSupport, TEXT, TEXT, TEXT, TEXT, TEXT),
    st.builds(Repository, TEXT, st.lists(TEXT, max_size=2).map(tuple)),
    st.builds(NamespaceInfo, TEXT, TEXT, st.integers(0, 9), st.integers(0, 9), st.booleans()),
)  # fmt: skip
FEEDS = st.dictionaries(TEXT, st.lists(RECORDS, max_size=8), max_size=4)
ABOUT = About(FORMAT, "osv/npm", "whose it is")
FULL = {
    "a.zip": [NamespaceInfo("npm", "", 1, 1), *(Advisory(f"GHSA-{n}", "ghsa", "npm", f"name-{n}") for n in range(1200))],
    "b.json": [Epss(f"CVE-2026-{n}", 0.5, 0.5) for n in range(30)],
}


def database_of(path, feeds):
    made = [Fresh(FeedRow(name, "x"), lambda records=records: records) for name, records in feeds.items()]
    build(path, made, "2026-01-01T00:00:00+00:00")
    return path


def blobs_of(path):
    """What a database has of each feed, as it is packed."""
    with open_database(path) as opened:
        return {
            feed: (held.row, held.words, [replace(one, first=0) for one in held.sections], list(opened.rows(held)))
            for feed, held in opened.held().items()
        }


def written(tmp_path, feeds):
    with open_database(database_of(tmp_path / "theirs.sqlite", feeds)) as opened:
        packed = write_layer(tmp_path / "packed", ABOUT, [(held, opened.rows(held)) for held in opened.held().values()])
    return packed, (tmp_path / "packed").read_bytes()


def taken(layer, path, rows):
    """A database made of a layer alone, its feeds in the other order."""
    return build(path, [Prepacked(row, layer.held(row), layer.rows) for row in reversed(rows)], "2026-01-01T00:00:00+00:00")


@given(FEEDS)
@examples(60)
def test_there_and_back(tmp_path_factory, feeds):
    folder = tmp_path_factory.mktemp("layer")
    packed, data = written(folder, feeds)
    before = blobs_of(folder / "theirs.sqlite")
    inflate(iter([data[:100], data[100:]]), packed, folder / "plain")
    layer = Layer(folder / "plain")
    assert (layer.about, layer.feeds) == (ABOUT, tuple(feeds))
    assert not taken(layer, folder / "ours.sqlite", [row for row, *_ in before.values()]).failed
    after = blobs_of(folder / "ours.sqlite")
    assert {path: found[1:] for path, found in after.items()} == {path: found[1:] for path, found in before.items()}
    with open_database(folder / "ours.sqlite") as opened:
        held = opened.held()
        assert write_layer(folder / "again", ABOUT, [(held[feed], opened.rows(held[feed])) for feed in feeds]) == packed


def test_the_same_file_read_twice_is_the_same_layer(tmp_path):
    """Whatever else is in the database, and in whichever order."""
    one, other = tmp_path / "one.sqlite", tmp_path / "other.sqlite"
    database_of(one, FULL)
    database_of(other, {"more": [Advisory("CVE-1", "z", "debian:12", "a", url="https://z.example/CVE-1")], **FULL})
    assert blobs_of(other).items() >= blobs_of(one).items()


def test_a_layer_that_is_not_the_one_that_was_signed(tmp_path):
    packed, data = written(tmp_path, FULL)
    assert packed.size == len(data)
    for at in range(0, len(data), max(1, len(data) // FLIPS)):
        flipped = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        with pytest.raises(ValueError, match=r"^it "):
            inflate([flipped], packed, tmp_path / "plain")
    for broken in (data[:-1], data + b"\0", b"", data[:40] + b"\0" + data[41:]):
        with pytest.raises(ValueError, match=r"checksum|longer|packed"):
            inflate([broken], packed, tmp_path / "plain")
    for inflated, why in (
        (packed.inflated - 1, "to more"),
        (packed.inflated + 1, "to less"),
        (0, "larger"),
        (1 << 60, "larger"),
    ):
        with pytest.raises(ValueError, match=why):
            inflate([data], Packed(packed.digest, packed.size, inflated), tmp_path / "plain")
    assert (tmp_path / "plain").stat().st_size <= packed.inflated


def test_a_bomb_is_not_inflated(tmp_path):
    bomb = zstd().compress(bytes(64 << 20))
    with pytest.raises(ValueError, match="to more"):
        inflate([bomb], Packed("sha256:" + "0" * 64, len(bomb), 1 << 20), tmp_path / "plain")
    assert (tmp_path / "plain").stat().st_size <= 1 << 20


def frames(*pairs):
    out = io.BytesIO()
    for word, value in pairs:
        data = msgspec.msgpack.encode((word, value))
        out.write(len(data).to_bytes(4) + data)
    return out.getvalue()


HEAD = ("layer", ABOUT)
FEED = ("feed", ("a", ()))
SECTION = Section("epss", "", 0, 1, "CVE-1", "CVE-1", 1, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x09abc",
        frames(("end", None)),
        frames(HEAD),
        frames(HEAD, ("end", None), ("end", None)),
        frames(HEAD, FEED),
        frames(HEAD, ("section", SECTION), ("buckets", []), ("end", None)),
        frames(HEAD, FEED, ("buckets", []), ("end", None)),
        frames(HEAD, FEED, ("unknown", []), ("end", None)),
        frames(HEAD, FEED, FEED, ("end", None)),
        frames(HEAD, FEED, *[("section", SECTION), ("buckets", [])] * 2, ("end", None)),
        frames(HEAD, FEED, ("section", SECTION), ("section", SECTION), ("end", None)),
        frames(HEAD, ("feed", 7), ("end", None)),
        frames(HEAD, ("feed", ("a", (7,))), ("end", None)),
        frames(HEAD, ("feed", ("a", ("x", "x"))), ("end", None)),
        frames(HEAD, FEED, ("section", ("epss",)), ("end", None)),
        frames(HEAD, FEED, ("section", replace(SECTION, kind="scores")), ("end", None)),
        frames(("layer", {}), ("end", None)),
        frames(("layer", About(FORMAT + 1, "", "")), ("end", None)),
        frames(HEAD, ("end", None))[:-1],
        frames(("layer", "x" * 9), ("end", None)),
        b"\0\0\0\x05" + b"\x91" * 5,
    ],
)
def test_what_is_no_layer(tmp_path, data):
    (tmp_path / "plain").write_bytes(data)
    with pytest.raises(ValueError, match=r"^(it|a part|something) "):
        Layer(tmp_path / "plain")


def packed_again(tmp_path, change):
    """The layer of ``FULL`` with its first feed's first sections changed: (section, its blobs) to the same."""
    with open_database(database_of(tmp_path / "theirs.sqlite", FULL)) as opened:
        held = opened.held()["a.zip"]
        blobs = list(opened.rows(held))
    section, blobs = change(held.sections[0], blobs[: held.sections[0].blobs])
    feed = ("feed", (held.row.path, held.words))
    (tmp_path / "plain").write_bytes(frames(HEAD, feed, ("section", section), ("buckets", blobs), ("end", None)))
    return taken(Layer(tmp_path / "plain"), tmp_path / "ours.sqlite", [held.row])


def resealed(blob, number, change):
    tag = tag_of("a.zip", "advisory", "npm")
    return sealed(change(opened_blob(blob, tag, number)), tag, number)


def resealed_at(blobs, number, place):
    tag = tag_of("a.zip", "advisory", "npm")
    return sealed(opened_blob(blobs[number], tag, len(blobs) - 1), tag, place)


def other_filter(payload):
    firsts, filter = msgspec.msgpack.decode(payload)
    return msgspec.msgpack.encode((firsts, bytes(len(filter))))


def other_firsts(payload):
    firsts, filter = msgspec.msgpack.decode(payload)
    return msgspec.msgpack.encode((firsts[:-1], filter))


def other_keys(payload):
    return payload.replace(b"\xffname-", b"\xffnamf-")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda section, blobs: (section, blobs[:-1]), "missing"),
        (lambda section, blobs: (section, [*blobs, blobs[-1]]), "checksum"),
        (lambda section, blobs: (section, [*blobs, resealed_at(blobs, -1, len(blobs))]), "order"),
        (lambda section, blobs: (section, [*blobs[:2], *blobs[3:]]), "checksum"),
        (lambda section, blobs: (section, [blobs[0], blobs[2], blobs[1], *blobs[3:]]), "checksum"),
        (lambda section, blobs: (section, blobs[1:]), "checksum"),
        (lambda section, blobs: (section, []), "checksum"),
        (lambda section, blobs: (section, [blobs[0][:-1] + bytes([blobs[0][-1] ^ 1]), *blobs[1:]]), "checksum"),
        (lambda section, blobs: (section, [*blobs[:3], blobs[3][:50] + b"\0" + blobs[3][51:], *blobs[4:]]), "checksum"),
        (lambda section, blobs: (replace(section, space="PyPI"), blobs), "checksum"),
        (lambda section, blobs: (replace(section, kind="malicious"), blobs), "checksum"),
        (lambda section, blobs: (replace(section, buckets=section.buckets - 1), blobs), "directory"),
        (lambda section, blobs: (replace(section, buckets=section.buckets + 1), blobs), "directory"),
        (lambda section, blobs: (replace(section, low="name-2"), blobs), "begin"),
        (lambda section, blobs: (replace(section, high="name-2"), blobs), "as stated"),
        (lambda section, blobs: (replace(section, keys=section.keys - 1), blobs), "as stated"),
        (lambda section, blobs: (section, [resealed(blobs[0], 0, other_filter), *blobs[1:]]), "filter"),
        (lambda section, blobs: (section, [resealed(blobs[0], 0, other_firsts), *blobs[1:]]), "directory"),
        (lambda section, blobs: (section, [resealed(blobs[0], 0, lambda _: b"\x01"), *blobs[1:]]), "Expected"),
        (lambda section, blobs: (section, [*blobs[:2], resealed(blobs[2], 2, other_keys), *blobs[3:]]), "order"),
        (lambda section, blobs: (section, [*blobs[:2], resealed(blobs[2], 2, lambda _: b""), *blobs[3:]]), "malformed"),
        (lambda section, blobs: (section, [*blobs[:2], resealed(blobs[2], 2, lambda one: one[:-1]), *blobs[3:]]), "malformed"),
    ],
)
def test_buckets_in_which_a_lookup_would_miss_something_are_refused(tmp_path, change, why):
    """Even where their checksums are right."""
    assert not packed_again(tmp_path, lambda section, blobs: (section, blobs)).failed
    failed = packed_again(tmp_path, change).failed
    assert failed["a.zip"].trouble == "damaged"
    assert re.search(why, failed["a.zip"].detail), failed


def test_mutations_end_in_a_database_that_is_whole(tmp_path):
    """The checksum of the layer stops all of these before; this is what is behind it."""
    written(tmp_path, {"a": FULL["a.zip"][:4], "b": FULL["b.json"][:4]})
    rows = [FeedRow("a", "x"), FeedRow("b", "x")]
    data = zstd().decompress((tmp_path / "packed").read_bytes())
    chance = random.Random(1)
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "150"))):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(changed))
            match chance.randrange(3):
                case 0:
                    changed[at] = chance.randrange(256)
                case 1:
                    del changed[at : at + chance.randrange(1, 9)]
                case _:
                    changed[at:at] = bytes([chance.randrange(256)])
        (tmp_path / "plain").write_bytes(changed)
        try:
            layer = Layer(tmp_path / "plain")
        except ValueError:
            continue
        if set(layer.feeds) == {"a", "b"}:
            taken(layer, tmp_path / "ours.sqlite", rows)
            assert not damaged(tmp_path / "ours.sqlite")
