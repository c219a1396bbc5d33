"""Layers are read as what anybody may have written: whatever is changed in one is refused, and never half taken."""

import io
import os
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples

from careen.database.layer import FORMAT, About, Layer, Packed, inflate, write_layer, zstd
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


def written(tmp_path, feeds):
    packed = write_layer(tmp_path / "packed", ABOUT, feeds.items())
    return packed, (tmp_path / "packed").read_bytes()


def read(packed, data, tmp_path):
    inflate(iter([data[:100], data[100:]]), packed, tmp_path / "plain")
    layer = Layer(tmp_path / "plain")
    return layer, {path: list(layer.records(path)) for path in reversed(layer.feeds)}


@given(FEEDS)
@examples(60)
def test_there_and_back(tmp_path_factory, feeds):
    folder = tmp_path_factory.mktemp("layer")
    packed, data = written(folder, feeds)
    layer, found = read(packed, data, folder)
    assert (layer.about, found, layer.feeds) == (ABOUT, feeds, tuple(feeds))
    assert written(folder, feeds) == (packed, data)


def test_a_layer_that_is_not_the_one_that_was_signed(tmp_path):
    packed, data = written(tmp_path, FULL)
    assert packed.size == len(data)
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
        frames(HEAD, ("feed", "a")),
        frames(HEAD, ("epss", []), ("end", None)),
        frames(HEAD, ("feed", "a"), ("unknown", []), ("end", None)),
        frames(HEAD, ("feed", "a"), ("feed", "a"), ("end", None)),
        frames(HEAD, ("feed", 7), ("end", None)),
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


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("epss", [{"id": "CVE-1", "score": "high", "percentile": 0}]),
        ("epss", {"id": "CVE-1"}),
        ("advisory", [{"id": "CVE-1"}]),
        ("advisory", [{"id": "CVE-1", "source": "x", "namespace": "y", "package": "z", "status": "mended"}]),
        ("record", [[[[[[]]]]]]),
        ("malicious", None),
        ("advisory", [{"id": b"\xff", "source": "x", "namespace": "y", "package": "z"}]),
    ],
)
def test_records_of_a_wrong_kind(tmp_path, word, value):
    (tmp_path / "plain").write_bytes(frames(HEAD, ("feed", "a"), (word, value), ("end", None)))
    with pytest.raises(ValueError, match="cannot be read"):
        list(Layer(tmp_path / "plain").records("a"))


def test_mutations_end_in_records_or_in_an_error(tmp_path):
    """The checksum stops all of these before; this is what is behind it."""
    written(tmp_path, {"a": FULL["a.zip"][:4], "b": FULL["b.json"][:4]})
    data = zstd().decompress((tmp_path / "packed").read_bytes())
    chance = random.Random(1)
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "600"))):
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
            for path in layer.feeds:
                list(layer.records(path))
        except ValueError:
            continue
