import logging

import pytest

from careen.layers.by_table import read_by_table
from careen.layers.index import Readers, index
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import Hardlink, sha256
from tests.support.table_layers import PartsOf, chunked, stargz
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, layer_of, status

READERS = Readers.of(CATALOGERS, "test")
FILES = {
    "etc/os-release": OS_RELEASE,
    "var/lib/dpkg/status": status(("bash", "5.2")),
    "usr/lib/x": Hardlink("var/lib/dpkg/status"),
    "srv/data": b"z" * 50_000,
}


def layer_with_table(layer):
    return layer_of(layer.stored, digest=sha256(layer.stored), diff_id=sha256(layer.tar), parts=PartsOf(layer))


@pytest.mark.parametrize("make", [stargz, chunked])
def test_the_facts_of_the_stream(make):
    made = make(FILES)
    layer = layer_with_table(made)
    delta = read_by_table(layer, layer.parts, READERS, Budget(Limits()))
    whole = index(layer_of(made.tar), READERS, MemoryStore(), Budget(Limits()))
    assert delta.facts == whole.facts
    assert (delta.digest, delta.diff_id) == ("", None)
    assert layer.parts.used
    assert [unknown.code for unknown in delta.unknowns] == ["read_by_toc"]


def test_it_is_not_stored_and_a_stored_delta_is_taken_instead():
    made = stargz(FILES)
    store = MemoryStore()
    layer = layer_with_table(made)
    assert index(layer, READERS, store, Budget(Limits())).unknowns
    whole = index(layer_of(made.stored, digest=sha256(made.stored)), READERS, store, Budget(Limits()))
    assert not whole.unknowns  # it was read: nothing was stored for this digest
    again = layer_with_table(made)
    assert index(again, READERS, store, Budget(Limits())) == whole
    assert not again.parts.used
    assert not again.parts.spans


def test_a_table_that_cannot_be_used(caplog):
    made = stargz(FILES, edit=lambda table: table.append({"name": "../x", "type": "reg"}))
    layer = layer_with_table(made)
    with caplog.at_level(logging.WARNING):
        delta = index(layer, READERS, MemoryStore(), Budget(Limits()))
    assert not delta.unknowns
    assert delta.digest == sha256(made.stored)
    assert not layer.parts.used
    assert "layer 0 is read whole: '../x' is not a name within the layer" in caplog.text
