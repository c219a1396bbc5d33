"""Files that are kept in memory for a second look."""

from hashlib import md5

import pytest
from msgspec.structs import replace

from careen.catalogers import program_digests
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


def test_what_is_kept():
    wheel = "usr/share/python-wheels/rack-1.0-py3-none-any.whl"
    others = {
        METADATA.replace("usr/", "usr/local/"): KEPT[METADATA],
        METADATA.replace("usr/", "opt/"): KEPT[METADATA],
        "usr/share/doc/rack/copyright": b"e",
    }
    kept = Kept()
    files = {**KEPT, **others, wheel: bytes(MAX_FILE_BYTES + 1)}
    layer, _ = keep(files, kept)
    named = {path: md5(files[path]).hexdigest() for path in (METADATA, wheel)}
    assert kept.of(layer.digest) == {**KEPT, **named}
    assert kept.of("sha256:other") == {}


def test_of_programs_the_md5_is_kept_that_was_computed_for_their_verification():
    files = {path: b"\x7fELF" + bytes(60) for path in ("usr/lib/x86_64-linux-gnu/libz.so.1", "opt/libz.so.1")}
    kept, layer = Kept(), layer_of(make_layer(files))
    readers = Readers.of((program_digests.CATALOGER,), "test")
    index(layer, readers, MemoryStore(), Budget(Limits()), kept=kept)
    assert kept.of(layer.digest) == {"usr/lib/x86_64-linux-gnu/libz.so.1": md5(b"\x7fELF" + bytes(60)).hexdigest()}


def test_the_layer_is_read_as_without():
    assert keep(KEPT, Kept())[1] == keep(KEPT, None)[1]


def test_of_large_files_only_the_md5_is_kept():
    path = "usr/share/doc/rack/changelog.gz"
    kept = Kept()
    content = bytes(MAX_FILE_BYTES + 1)
    layer, _ = keep({path: content}, kept)
    assert kept.of(layer.digest) == {path: md5(content).hexdigest()}


def test_a_layer_has_a_bound():
    count = MAX_BYTES // MAX_FILE_BYTES + 3
    paths = [f"usr/share/doc/p{number:03}/changelog.gz" for number in range(count)]
    kept = Kept(MAX_BYTES + count * 100)
    layer, _ = keep(dict.fromkeys(paths, bytes(MAX_FILE_BYTES)), kept)
    assert [isinstance(kept.of(layer.digest)[path], bytes) for path in paths] == [True] * (count - 3) + [False] * 3


def test_the_oldest_layers_are_dropped():
    kept = Kept(12)
    for name in ("a", "b", "c"):
        kept.put(name, [("p", name.encode() * 4)])
    assert [kept.of(name) for name in ("a", "b", "c")] == [{}, {"p": b"bbbb"}, {"p": b"cccc"}]
    kept.put("b", [("p", b"12345")])
    assert [kept.of(name) for name in ("b", "c")] == [{"p": b"12345"}, {"p": b"cccc"}]
    kept.put("d", [("p", b"x" * 12)])
    assert [kept.of(name) for name in ("b", "c", "d")] == [{}, {}, {}]
    kept.put("e", [("p", b"x" * 11)])
    assert kept.of("e")


def test_nothing_is_kept_of_a_layer_that_does_not_match_its_digest():
    kept = Kept()
    layer = replace(layer_of(make_layer(KEPT)), digest="sha256:" + "0" * 64)
    with pytest.raises(InputError, match="digest"):
        index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()), kept=kept)
    assert kept.of(layer.digest) == {}
