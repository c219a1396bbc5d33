"""Features that are read with a layer."""

import pytest

pytest.importorskip("numpy")

from careen.layers.early_features import EarlyFeatures
from careen.layers.index import Readers, index
from careen.layers.origin_features import FeatureReader
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.executables import elf
from tests.support.images import File, make_layer
from tests.unit.layers.helpers import CATALOGERS, layer_of
from tests.unit.origin.test_identify import project

CODE = project(1)["1.1"]["src/part0.c"]
PROGRAM = elf(b"a text of the program\0another text\0" * 20)
WANTED = {
    "opt/lib/site-packages/pip/_vendor/part.c": CODE,
    "opt/lib/site-packages/wheel/module.so": PROGRAM,
    "opt/lib/site-packages/wheel.libs/libz.so.1": PROGRAM,
    "srv/node_modules/x/build/x.node": PROGRAM,
    "srv/node_modules/x/tool": File(PROGRAM, mode=0o755),
}
OTHERS = {
    "opt/lib/site-packages/pip/part.c": CODE,
    "opt/lib/site-packages/wheel/text.so": b"no program",
    "opt/lib/site-packages/wheel/empty.so": PROGRAM[:100],
    "opt/_vendor/part.c": CODE,
    "usr/lib/python3/dist-packages/pip/_vendor/part.c": CODE,
    "usr/lib/python3/dist-packages/module.so": PROGRAM,
}


def read(files, early):
    layer = layer_of(make_layer(files))
    return layer, index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()), early=early)


def test_which_files_are_read_and_as_what():
    reader = FeatureReader(None, 60)
    early = EarlyFeatures(lambda: reader)
    layer, _ = read(WANTED | OTHERS, early)
    found = early.of(layer.digest)
    assert found.keys() == WANTED.keys()
    contents = {path: CODE if path.endswith(".c") else PROGRAM for path in WANTED}
    assert found == {path: reader.read(path, content, owned=True) for path, content in contents.items()}
    assert early.of("sha256:other") == {}


def test_source_that_cannot_be_a_copy_is_not_offered_to_a_reader():
    selected = EarlyFeatures(lambda: pytest.fail("a reader is made")).with_early(lambda path, mode: [])
    assert [path for path in WANTED if not selected(path, 0o755)] == []
    own = [path for path in OTHERS if path.endswith(".c")]
    assert [path for path in (*own, "srv/node_modules/x/lib/x.js", "srv/dist/x.js") if selected(path, 0o755)] == []


def test_the_layer_is_read_as_without():
    early = EarlyFeatures(lambda: FeatureReader(None, 60))
    assert read(WANTED, early)[1] == read(WANTED, None)[1]


def test_a_layer_without_such_files_makes_no_reader():
    read(OTHERS, EarlyFeatures(lambda: pytest.fail("a reader is made")))


def test_what_fails_or_comes_too_late_is_left_to_the_next_pass(monkeypatch):
    early = EarlyFeatures(lambda: FeatureReader(None, 0))
    layer, _ = read(WANTED, early)
    assert early.of(layer.digest) == {}

    def fails(path, content, *, owned):
        raise ValueError("no")

    reader = FeatureReader(None, 60)
    monkeypatch.setattr(reader, "read", fails)
    early = EarlyFeatures(lambda: reader)
    layer, delta = read(WANTED, early)
    assert (early.of(layer.digest), delta.unknowns) == ({}, ())


def test_costly_programs_are_read_if_they_are_wanted():
    reader = FeatureReader(None, 60)
    early = EarlyFeatures(lambda: reader, costly=False)
    layer, _ = read(WANTED, early)
    assert early.of(layer.digest).keys() == {
        "opt/lib/site-packages/pip/_vendor/part.c",
        "opt/lib/site-packages/wheel.libs/libz.so.1",
    }
