"""Decoded Deltas that images share are decoded once, within a bound."""

import hashlib

import pytest

from careen.layers.index import Readers, index
from careen.layers.recent import RecentDeltas
from careen.model.delta import Delta, FileTable
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import make_layer
from tests.unit.layers.helpers import CATALOGERS, layer_of, status

BYTES = make_layer({"var/lib/dpkg/status": status(("bash", "5.2-1"))})
LAYER = layer_of(BYTES, digest="sha256:" + hashlib.sha256(BYTES).hexdigest())
READERS, OTHER_READERS = Readers.of(CATALOGERS, "test"), Readers.of(CATALOGERS, "newer")


class Counting(MemoryStore):
    def __init__(self):
        super().__init__()
        self.asked = 0

    def get(self, key):
        self.asked += 1
        return super().get(key)


def delta(name):
    return Delta(name, None, FileTable(), {})


@pytest.fixture
def store():
    return Counting()


def read(store, recent=None, readers=READERS, limits=None):
    return index(LAYER, readers, store, Budget(limits or Limits()), recent=recent)


def test_a_layer_is_decoded_once(store):
    fresh, recent = read(store), RecentDeltas()
    store.asked = 0
    first, second = read(store, recent), read(store, recent)
    assert first == fresh and second is first
    assert store.asked == 1


def test_other_readers_or_limits_read_anew(store):
    recent = RecentDeltas()
    read(store)
    first = read(store, recent)
    assert read(store, recent, OTHER_READERS) is not first
    assert read(store, recent, limits=Limits(members=77)) is not first


def test_an_unreadable_layer_is_not_kept(store):
    recent = RecentDeltas()
    for reason in ("gone", "locked"):
        unread = index(layer_of(BYTES, unread=reason), READERS, store, Budget(Limits()), recent=recent)
        assert [unknown.reason for unknown in unread.unknowns] == [reason]


def test_those_that_were_used_least_recently_go_first():
    recent = RecentDeltas(100)
    for name in "abcde":
        recent.put(name, delta(name), 20)
    assert recent.get("a")
    recent.put("f", delta("f"), 20)
    assert recent.get("b") is None
    assert [name for name in "acdef" if recent.get(name)] == [*"acdef"]


def test_one_that_would_leave_no_room_for_others_is_not_kept():
    recent = RecentDeltas(100)
    recent.put("small", delta("small"), 25)
    recent.put("large", delta("large"), 26)
    assert recent.get("small") and recent.get("large") is None


def test_the_same_one_counts_once():
    recent = RecentDeltas(100)
    for _ in range(9):
        recent.put("same", delta("same"), 25)
    for name in "abc":
        recent.put(name, delta(name), 25)
    assert recent.get("same")
