"""Files that are kept in memory for a second look."""

import pytest
from msgspec.structs import replace

from careen.errors import InputError
from careen.layers.index import Readers, index
from careen.layers.kept import MAX_BYTES, MAX_FILE_BYTES, Kept
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import make_layer
from tests.unit.layers.helpers import CATALOGERS, layer_of

METADATA = "usr/lib/python3/dist-packages/rack-1.0.dist-info/METADATA"
KEPT = {
    METADATA: b"Name: rack\nVersion: 1.0\n",
    "usr/share/doc/rack/changelog.Debian.gz": b"a",
    "usr/share/doc/rack/changelog.gz": b"b",
    "var/lib/dpkg/info/rack.md5sums": b"c",
    "var/lib/dpkg/status.d/rack.md5sums": b"d",
}


def keep(files, kept):
    layer = layer_of(make_layer(files))
    delta = index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()), kept=kept)
    return layer, delta


def test_which_files_are_kept():
    others = {
        METADATA.replace("usr/", "usr/local/"): KEPT[METADATA],
        METADATA.replace("usr/", "opt/"): KEPT[METADATA],
        "usr/bin/sh": b"#!/bin/sh\n",
        "usr/share/doc/rack/copyright": b"e",
    }
    kept = Kept()
    layer, _ = keep({**KEPT, **others}, kept)
    assert kept.of(layer.digest, KEPT) == KEPT
    for path in others:
        assert kept.of(layer.digest, [path]) is None
    assert kept.of(layer.digest, [*KEPT, "usr/bin/sh"]) is None
    assert kept.of("sha256:other", [METADATA]) is None


def test_the_layer_is_read_as_without():
    assert keep(KEPT, Kept())[1] == keep(KEPT, None)[1]


def test_large_files_are_not_kept():
    path = "usr/share/doc/rack/changelog.gz"
    kept = Kept()
    layer, _ = keep({path: bytes(MAX_FILE_BYTES + 1), METADATA: b"x"}, kept)
    assert kept.of(layer.digest, [path]) is None
    assert kept.of(layer.digest, [METADATA]) is not None


def test_a_layer_has_a_bound():
    count = MAX_BYTES // MAX_FILE_BYTES + 3
    paths = [f"usr/share/doc/p{number:03}/changelog.gz" for number in range(count)]
    kept = Kept()
    layer, _ = keep(dict.fromkeys(paths, bytes(MAX_FILE_BYTES)), kept)
    assert [kept.of(layer.digest, [path]) is not None for path in paths] == [True] * (count - 3) + [False] * 3


def test_the_oldest_layers_are_dropped():
    kept = Kept(10)
    for name in ("a", "b", "c"):
        kept.put(name, [("p", name.encode() * 4)])
    assert [kept.of(name, ["p"]) for name in ("a", "b", "c")] == [None, {"p": b"bbbb"}, {"p": b"cccc"}]
    kept.put("b", [("p", b"12345")])
    assert [kept.of(name, ["p"]) for name in ("b", "c")] == [{"p": b"12345"}, {"p": b"cccc"}]
    kept.put("d", [("p", b"x" * 11)])
    assert [kept.of(name, ["p"]) for name in ("b", "c", "d")] == [None, None, None]
    kept.put("e", [("p", b"x" * 10)])
    assert kept.of("e", ["p"]) is not None


def test_nothing_is_kept_of_a_layer_that_does_not_match_its_digest():
    kept = Kept()
    layer = replace(layer_of(make_layer(KEPT)), digest="sha256:" + "0" * 64)
    with pytest.raises(InputError, match="digest"):
        index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()), kept=kept)
    assert kept.of(layer.digest, [METADATA]) is None
