import gzip
import hashlib
import io
import itertools
import random
import time

import pytest
from msgspec.structs import replace

from careen.errors import InputError
from careen.formats.archives.inflate import WINDOW_BYTES
from careen.layers.index import Readers, decode, encode, index
from careen.layers.verified import AHEAD_FROM_BYTES, read_again
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import Hardlink, make_layer
from tests.support.work import ends
from tests.unit.layers.helpers import CATALOGERS, layer_of, status

READERS = Readers.of(CATALOGERS, "test")
TAR = make_layer({"var/lib/dpkg/status": status(("bash", "5.2-1")), "bin/sh": b""})
STORED = gzip.compress(TAR, mtime=0)


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sha512(data):
    return "sha512:" + hashlib.sha512(data).hexdigest()


def read(layer, store=None, **options):
    return index(layer, READERS, store or MemoryStore(), Budget(Limits()), **options)


def test_a_promised_digest_is_of_the_stored_bytes():
    assert read(layer_of(STORED, digest=sha256(STORED))).digest == sha256(STORED)
    assert read(layer_of(STORED)).digest == ""  # none was promised


@pytest.mark.parametrize("slow", [(), ("reader",), ("walker",)], ids=str)
@pytest.mark.parametrize("behind", [b"", bytes(3 << 20)], ids=["whole", "with unread bytes"])
def test_the_digest_of_what_a_thread_reads_ahead(monkeypatch, slow, behind):
    """The reading thread or the waiting one hashes: always all bytes, in their order."""
    noise = random.Random(5)
    files = {f"data/{number}": noise.randbytes(100_000) for number in range(60)}
    stored = gzip.compress(make_layer({**files, "var/lib/dpkg/status": status(("bash", "5.2-1"))}), 1, mtime=0) + behind

    class Slow(io.BytesIO):
        def read(self, size=-1):
            if "reader" in slow:
                time.sleep(0.002)
            return super().read(size)

    def select(path, mode):
        if "walker" in slow:
            time.sleep(0.002)
        return dispatched(path, mode)

    dispatched = READERS.dispatch.readers
    monkeypatch.setattr(READERS.dispatch, "readers", select)
    layer = layer_of(stored, digest=sha256(stored))
    assert layer.size_bytes > AHEAD_FROM_BYTES
    found = read(replace(layer, open=lambda: Slow(stored)))
    assert (found.digest, len(found.facts["dpkg"])) == (sha256(stored), 1)
    with pytest.raises(InputError, match="its bytes have the digest"):
        read(replace(layer, open=lambda: Slow(stored[:-1] + b"x")))


def test_wrong_bytes_are_refused():
    with pytest.raises(InputError, match="its bytes have the digest"):
        read(layer_of(STORED, digest=sha256(b"other")))


def test_every_algorithm_is_verified_before_anything_is_kept():
    store = MemoryStore()
    assert read(layer_of(STORED, digest=sha512(STORED)), store).digest == sha512(STORED)
    with pytest.raises(InputError, match="its bytes have the digest sha512:"):
        read(layer_of(STORED, digest=sha512(b"other")), store)
    assert read(layer_of(b"never opened", digest=sha512(STORED)), store).facts["dpkg"]
    with pytest.raises(InputError, match="its bytes have the digest"):
        read(layer_of(STORED, digest=sha512(b"other")), store)  # nothing was kept under it


@pytest.mark.parametrize("digest", ["md5:" + "0" * 32, "sha1:" + "0" * 40, "sha256:" + "A" * 64, "sha384:" + "0" * 96, "x"])
def test_a_digest_that_cannot_be_verified_is_refused(digest):
    store = MemoryStore()
    with pytest.raises(InputError, match="not a digest that can be verified"):
        read(layer_of(STORED, digest=digest), store)
    with pytest.raises(InputError, match="not a digest that can be verified"):
        read(layer_of(STORED, diff_id=digest), store, verify_diff_id=True)


def test_a_diff_id_of_another_algorithm_is_verified_too():
    assert read(layer_of(STORED, diff_id=sha512(TAR)), verify_diff_id=True).diff_id == sha512(TAR)
    with pytest.raises(InputError, match="the configuration claims"):
        read(layer_of(STORED, diff_id=sha512(b"other")), verify_diff_id=True)


def test_a_second_pass_is_checked_as_the_first_one():
    """What a link leads to is read again; by then the file may have other bytes, whose facts would be stored."""
    layer = layer_of(b"", digest=sha256(STORED))
    for stored, refused in ((STORED, False), (gzip.compress(make_layer({"x": b""})), True)):
        again = replace(layer, open=lambda stored=stored: io.BytesIO(stored))
        if not refused:
            assert read_again(again, READERS.dispatch.readers, Budget(Limits())).facts["dpkg"]
        else:
            with pytest.raises(InputError, match="its bytes have the digest"):
                read_again(again, READERS.dispatch.readers, Budget(Limits()))


def test_a_wrong_diff_id_is_refused_if_it_is_verified():
    layer = layer_of(STORED, digest=sha256(STORED), diff_id=sha256(b"other"))
    assert read(layer).diff_id is None
    with pytest.raises(InputError, match="the configuration claims"):
        read(layer, verify_diff_id=True)
    assert read(layer_of(STORED, diff_id=sha256(TAR)), verify_diff_id=True).diff_id == sha256(TAR)


def test_a_layer_is_read_once_and_then_known():
    store, opened = MemoryStore(), []
    layer = layer_of(STORED, digest=sha256(STORED))

    def count():
        opened.append(1)
        return layer.open()

    counted = layer_of(STORED, digest=sha256(STORED))
    counted = type(counted)(**{name: getattr(counted, name) for name in counted.__struct_fields__} | {"open": count})
    assert read(counted, store) == read(counted, store)
    assert len(opened) == 1


def test_what_wider_readers_have_stored_is_not_read_again():
    class Unreadable(io.BytesIO):
        def read(self, *size):
            raise AssertionError("the layer is read")

    files = {"app/package.json": b'{"name": "a", "version": "1.0"}', "app/x/package.json": b"{", "etc/passwd": b"x:x"}
    files |= {"root/var/lib/dpkg/status": status(("bash", "5.2-1")), "app/.wh..": b""}
    stored = make_layer({**files, "var/lib/dpkg/status": status(("bash", "5.2-1"))})
    layer = layer_of(stored, digest=sha256(stored))
    narrow = tuple(one for one in CATALOGERS if one.name != "npm")
    store, budget = MemoryStore(), Budget(Limits())
    whole = index(layer, Readers.of(CATALOGERS, "wide"), store, budget)
    assert "npm" in whole.facts
    assert [unknown.cataloger for unknown in whole.unknowns] == ["npm", "layer"]
    fresh = index(layer, Readers.of(narrow, "narrow"), MemoryStore(), budget)
    assert fresh.roots and [unknown.cataloger for unknown in fresh.unknowns] == ["layer"]
    known = replace(layer, open=Unreadable)
    assert index(known, Readers(lambda: narrow, "narrow", ["other", "wide"]), store, budget) == fresh != whole
    with pytest.raises(AssertionError):
        index(known, Readers(lambda: narrow, "narrow"), store, budget)


def test_bytes_without_a_digest_are_recognised_by_their_identity():
    store = MemoryStore()
    first = read(layer_of(TAR, identity="disk 1"), store)
    again = read(layer_of(b"never opened", identity="disk 1"), store)
    assert first == again


def test_of_an_archive_that_promises_nothing_only_what_is_wanted_is_read():
    class Counted(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            data = super().read(size)
            Counted.taken += len(data)
            return data

    manifest = b'{"name": "x", "version": "1.0.0"}'
    tar = make_layer({"data.bin": bytes(8 << 20), "node_modules/x/package.json": manifest})
    layer = replace(layer_of(tar), open=lambda: Counted(tar))
    assert read(layer).facts["npm"]
    assert Counted.taken <= 3 * WINDOW_BYTES
    with pytest.raises(InputError, match="the configuration claims"):
        read(replace(layer, diff_id=sha256(b"other")), verify_diff_id=True)
    assert [unknown.whole_layer for unknown in read(layer_of(tar[: 4 << 20])).unknowns] == [True]


def test_deltas_survive_the_store():
    delta = read(layer_of(STORED))
    assert decode(encode(delta), CATALOGERS) == delta


def test_truncated_layers_keep_what_was_read():
    delta = read(layer_of(STORED[:-100]))
    assert delta.unknowns[-1].whole_layer


def test_hard_links_to_unread_files_are_read_in_a_second_pass():
    manifest = b'{"name": "x", "version": "1.0.0"}'
    files = {"store/0001": manifest, "node_modules/x/package.json": Hardlink("store/0001")}
    delta = read(layer_of(make_layer(files)))
    assert [(path, fact.name) for path, fact in delta.facts["npm"]] == [("node_modules/x/package.json", "x")]


@pytest.mark.parametrize("limits", [Limits(scan_members=1500), Limits(scan_seconds=8)], ids=["members", "time"])
def test_a_bound_reached_in_the_second_pass_is_trouble_of_the_layer_and_nothing_is_kept(limits):
    filler = {f"data/{number}": b"" for number in range(1100)}
    manifest = b'{"name": "x", "version": "1.0.0"}'
    files = {**filler, "store/0001": manifest, "node_modules/x/package.json": Hardlink("store/0001")}
    stored = make_layer(files)
    store, layer = MemoryStore(), layer_of(stored, digest=sha256(stored))
    delta = index(layer, READERS, store, Budget(limits, clock=itertools.count().__next__))
    assert not delta.facts.get("npm")
    assert [(one.code, one.whole_layer) for one in delta.unknowns] == [("over_budget", True)]
    again = index(layer, READERS, store, Budget(Limits()))
    assert ("npm" in again.facts, again.unknowns) == (True, ())


def test_a_bound_reached_in_both_passes_is_reported_once():
    files = {"store/0001": b"{}", "node_modules/x/package.json": Hardlink("store/0001"), **{f"{n}": b"" for n in range(9)}}
    delta = index(layer_of(make_layer(files)), READERS, MemoryStore(), Budget(Limits(members=4)))
    assert [one.code for one in delta.unknowns if one.whole_layer] == ["over_budget"]


def test_trouble_with_a_file_is_known_under_each_of_its_names():
    """A later layer may remove one of them."""
    links = {f"{folder}/node_modules/x/package.json": Hardlink("store/1") for folder in "ab"}
    unknowns = read(layer_of(make_layer({"store/1": b"{", **links}))).unknowns
    assert [(one.cataloger, one.evidence.path) for one in unknowns] == [("npm", path) for path in links]


def test_hard_links_in_a_circle_end():
    files = {"node_modules/x/package.json": Hardlink("b"), "b": Hardlink("node_modules/x/package.json")}
    delta = read(layer_of(make_layer(files)))
    assert "npm" not in delta.facts
    assert [(unknown.cataloger, unknown.evidence.path) for unknown in delta.unknowns] == [
        ("layer", "node_modules/x/package.json"),  # a link to a later member: engines refuse it
        ("npm", "node_modules/x/package.json"),
    ]


def test_many_hard_links_to_one_file_cost_no_more_than_their_number():
    links = {f"node_modules/x{number}/package.json": Hardlink("store/0001") for number in range(20_000)}
    with ends():
        delta = read(layer_of(make_layer({"store/0001": b'{"name": "x", "version": "1.0.0"}', **links})))
        assert len(delta.facts["npm"]) == 20_000


def test_a_damaged_entry_of_the_store_is_read_anew(caplog):
    class Damaged(MemoryStore):
        def get(self, key):
            return b"\x93garbage" if key.startswith("delta ") else super().get(key)

    layer = layer_of(STORED, digest="sha256:" + hashlib.sha256(STORED).hexdigest())
    assert read(layer, Damaged()) == read(layer)
    assert "damaged" in caplog.text


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device")])
def test_what_this_machine_had_no_room_for_is_read_again_the_next_time(error):
    def read_status(file):
        if failing:
            raise error
        return original.readers[0].read(file)

    (original,) = [cataloger for cataloger in CATALOGERS if cataloger.name == "dpkg"]
    reader = replace(original.readers[0], read=read_status)
    readers = Readers.of([replace(original, readers=(reader,))], "test")
    store, layer, failing = MemoryStore(), layer_of(STORED, digest=sha256(STORED)), True
    delta = index(layer, readers, store, Budget(Limits()))
    assert [(unknown.transient, unknown.evidence.path) for unknown in delta.unknowns] == [(True, "var/lib/dpkg/status")]
    failing = False
    assert index(layer, readers, store, Budget(Limits())).unknowns == ()


@pytest.mark.parametrize(
    ("content", "limits"),
    [(b'{"name": "x", "version": "1.0.0"}', Limits(facts=20)), (b"{", Limits(unknowns=20))],
    ids=["facts", "trouble"],
)
def test_each_hard_link_is_charged(content, limits):
    links = {f"{number}/node_modules/x/package.json": Hardlink("store") for number in range(40)}
    delta = index(
        layer_of(make_layer({"store": content, **links})), Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(limits)
    )
    assert [unknown.code for unknown in delta.unknowns if unknown.whole_layer] == ["over_budget"]
    assert len(delta.facts.get("npm", ())) + len(delta.unknowns) <= 23


def test_hard_links_in_a_circle_are_named_up_to_a_bound():
    links = {f"{number}/node_modules/x/package.json": Hardlink("b") for number in range(40)}
    layer = layer_of(make_layer({"b": Hardlink("b"), **links}))
    delta = index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits(unknowns=20)))
    assert [unknown.code for unknown in delta.unknowns if "circle" in unknown.reason] == ["unreadable"] * 20
    assert [unknown.code for unknown in delta.unknowns if unknown.whole_layer and unknown.transient] == ["over_budget"]
