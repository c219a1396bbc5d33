"""Layers are read once, several at a time, and an inventory is stored under the names of its layers."""

import threading
import time

import pytest
from msgspec.structs import replace
from tests.support.images import make_layer, sha256
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, layer_of

from careen.layers.index import Readers
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.pipeline.image import inventory_of
from careen.pipeline.layers import PARALLEL_FROM_BYTES, Reading, inventory_key, read_layers, store_inventory, stored_inventory
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore


def layer(files, number, size=0):
    data = make_layer(files)
    return layer_of(data, number, digest=sha256(data), diff_id=sha256(data), size_bytes=size or len(data))


LAYERS = (layer({"etc/os-release": OS_RELEASE}, 0), layer({"a": b"1"}, 1), layer({"b": b"2"}, 2))
IMAGE = Image("shop:1", "image", "", None, ImageConfig(), LAYERS)


@pytest.fixture
def reading():
    return Reading(Readers.of(CATALOGERS, "test"), MemoryStore())


def test_deltas_come_in_the_order_of_layers(reading):
    big = tuple(replace(one, size_bytes=PARALLEL_FROM_BYTES + number) for number, one in enumerate(LAYERS))
    seen, threads = [], set()

    def on_delta(delta):
        seen.append(delta)
        threads.add(threading.get_ident())

    for jobs in (1, 3):
        seen.clear()
        asked = replace(reading, jobs=jobs, on_delta=on_delta, store=MemoryStore())
        deltas = read_layers(replace(IMAGE, layers=big), asked, Budget(Limits()))
        assert ["etc/os-release" in str(delta) for delta in deltas] == [True, False, False]
        assert len(seen) == 3
    assert threading.get_ident() in threads
    assert len(threads) > 1


@pytest.mark.parametrize(
    ("processors", "opened", "expected"),
    [
        (2, "oci-layout:/images/shop", 1),
        (1, "oci-layout:/images/shop", 1),
        (6, "oci-layout:/images/shop", 3),
        (64, "oci-layout:/images/shop", 4),
        (2, "registry:registry.example/shop:1", 2),
    ],
)
def test_as_many_layers_at_a_time_as_suit_the_image(reading, monkeypatch, processors, opened, expected):
    big = tuple(replace(LAYERS[0], index=number, size_bytes=PARALLEL_FROM_BYTES) for number in range(6))
    places = threading.Barrier(expected)  # passed if so many threads read at the same time
    threads = set()

    def on_delta(delta):
        is_first = len(threads) < expected
        threads.add(threading.get_ident())
        if is_first:
            places.wait(10)
        time.sleep(0.01)

    monkeypatch.setattr("os.cpu_count", lambda: processors)
    read_layers(replace(IMAGE, layers=big, opened=opened), replace(reading, on_delta=on_delta), Budget(Limits()))
    assert len(threads) == expected


def test_an_error_of_one_thread_ends_the_others(reading):
    def fail(delta):
        raise RuntimeError("no")

    big = tuple(replace(one, size_bytes=PARALLEL_FROM_BYTES) for one in LAYERS)
    with pytest.raises(RuntimeError, match="no"):
        read_layers(replace(IMAGE, layers=big), replace(reading, jobs=3, on_delta=fail), Budget(Limits()))


def test_a_second_reading_takes_the_stored_inventory(reading):
    seen = []
    reading = replace(reading, on_delta=seen.append)
    first = inventory_of(IMAGE, reading)[1]
    assert inventory_of(IMAGE, reading)[1] == first
    assert len(seen) == 3
    assert first.distribution.id == "debian"


def test_diff_ids_are_verified_by_reading_again(reading):
    inventory_of(IMAGE, reading)
    seen = []
    image, _ = inventory_of(IMAGE, replace(reading, verify_diff_ids=True, on_delta=seen.append))
    assert [one.diff_id_verified for one in image.layers] == [True, True, True]
    assert len(seen) == 3


def test_the_key_changes_with_all_that_an_inventory_depends_on(reading):
    keys = {
        inventory_key(IMAGE, reading),
        inventory_key(replace(IMAGE, layers=LAYERS[:2]), reading),
        inventory_key(replace(IMAGE, layers=LAYERS[::-1]), reading),
        inventory_key(IMAGE, replace(reading, readers=Readers.of(CATALOGERS, "other"))),
        inventory_key(IMAGE, replace(reading, limits=Limits(members=7))),
        inventory_key(IMAGE, replace(reading, verify=True)),
    }
    assert len(keys) == 6
    assert inventory_key(replace(IMAGE, layers=(replace(LAYERS[0], digest="", diff_id=""),)), reading) == ""


def test_what_cannot_be_trusted_is_not_taken_from_the_store(reading):
    store_inventory("key", Inventory(None, ()), reading)
    assert stored_inventory("key", reading) == Inventory(None, ())
    assert stored_inventory("key", replace(reading, verify_diff_ids=True)) is None
    assert stored_inventory("", reading) is None
    reading.store.put("key", b"damaged")
    assert stored_inventory("key", reading) is None


def test_what_may_be_readable_the_next_time_is_not_stored(reading):
    passing = Unknown("layer", Evidence("a", 0), "the network broke", transient=True)
    store_inventory("key", Inventory(None, (), (passing,)), reading)
    assert stored_inventory("key", reading) is None
