"""Features of files, read in one more pass over their layers."""

import pytest

pytest.importorskip("numpy")

from careen.layers.origin_features import FeatureReader, FeaturesRead, described_files, read_features
from careen.layers.verified import read_again
from careen.model.origin import OriginFile
from careen.origin.building import ReleaseReader, build
from careen.origin.features import features_of
from careen.origin.identify import identify_described
from careen.origin.knowledge import Project
from careen.safety.budget import Budget, Limits
from tests.support.executables import elf
from tests.support.images import make_layer
from tests.unit.layers.helpers import layer_of
from tests.unit.origin.test_identify import project

CODE = project(1)["1.1"]["src/part0.c"]
PROGRAM = elf(b"a text of the program\0another text\0" * 20)


def read(files, *wanted, seconds=60, clock=lambda: 0.0, ask=None):
    layer, reader = layer_of(make_layer(files)), FeatureReader(ask, seconds, clock)
    found = read_features(wanted, lambda number, select: read_again(layer, select, Budget(Limits())), reader)
    kept = sorted((part for _, features in found for part in features.kept), key=lambda part: part.path)
    return FeaturesRead(tuple(kept), len(wanted) - len(found))


def test_features_are_those_of_the_content():
    found = read({"a.c": CODE, "b": PROGRAM, "c.c": CODE}, OriginFile("a.c", 0), OriginFile("b", 0))
    assert [(file.path, file.kind) for file in described_files(found)] == [("a.c", "source"), ("b", "program")]
    for file, (name, content) in zip(described_files(found), (("a.c", CODE), ("b", PROGRAM)), strict=True):
        expected = features_of(name, content)
        assert {family: set(hashes) for family, hashes in file.features.items()} == {
            family: set(expected[family]) for family in file.features
        }


def test_of_a_copy_in_a_package_the_costly_forms_are_left_out():
    found = read({"a.c": CODE, "b.c": CODE}, OriginFile("a.c", 0), OriginFile("b.c", 0, "pkg:pypi/x@1"))
    families = {kept.path: set(kept.families) for kept in found.files}
    assert families["a.c"] - families["b.c"] == {"tokens", "number_tokens"}
    assert {"file", "letters"} <= families["b.c"]


def test_a_copy_in_a_package_is_known_by_the_other_forms():
    found = read({"a.c": CODE}, OriginFile("a.c", 0, "pkg:pypi/x@1"))
    other = CODE.replace(b"return", b"return 1 +")
    base = build([(Project("one", ("1",)), [ReleaseReader().read("1", [("a.c", other)])])])
    (component,) = identify_described(base, described_files(found)).components
    assert (component.project, component.modified) == ("one", True)
    unknown = build([(Project("two", ("1",)), [ReleaseReader().read("1", [("b.c", project(2)["1.1"]["src/part0.c"])])])])
    assert identify_described(unknown, described_files(found)).unexplained == 1


def test_each_kind_keeps_what_it_is_compared_by():
    script = b"".join(b"lib.name%d = function (source) { return 'a text %d'; };\n" % (n, n) for n in range(40))
    contents = {"a.c": CODE, "b": PROGRAM, "c.js": script}
    found = read(contents, *(OriginFile(path, 0) for path in contents))
    families = {kept.path: (kept.kind, set(kept.families)) for kept in found.files}
    of_code = {"file", "letters", "numbers", "lines", "tokens", "number_tokens"}
    assert families == {
        "a.c": ("source", of_code),
        "b": ("program", {"file", "literals", "names", "tables", "sequences", "statements"}),
        "c.js": ("script", of_code | {"literals", "names", "sequences"}),
    }


def test_what_is_left_when_the_time_is_used_up_is_counted():
    times = iter((0.0, 99.0))
    found = read(dict.fromkeys(("a.c", "b.c", "c.c"), CODE), *(OriginFile(name, 0) for name in ("a.c", "b.c", "c.c")),
                 clock=lambda: next(times))  # fmt: skip
    assert ([kept.path for kept in found.files], found.unread) == (["a.c"], 2)


def test_nothing_wanted_reads_nothing():
    assert read_features((), lambda number, select: pytest.fail("it is opened"), FeatureReader(None, 1)) == []


def test_a_large_file_is_read_from_the_disk():
    found = read({"b": PROGRAM + bytes(9 << 20)}, OriginFile("b", 0))
    assert found.files[0].size_bytes > 0


def test_of_what_nobody_asks_nothing_is_kept_and_costly_forms_cannot_be_asked_for():
    asked = {}

    def ask(file, owned):
        asked[file.path] = set(file.features)
        return frozenset(("letters", "tokens")) if file.path == "a.c" else frozenset()

    found = read({"a.c": CODE, "b": PROGRAM}, OriginFile("a.c", 0, "pkg:pypi/x@1"), OriginFile("b", 0), ask=ask)
    assert {kept.path: set(kept.families) for kept in found.files} == {"a.c": {"letters"}, "b": set()}
    assert "tokens" not in asked["a.c"]
    assert "literals" in asked["b"]
    assert [file.features for file in described_files(found)][1] == {}


def test_what_suits_a_file():
    reader = FeatureReader(None, 60)
    source, program = reader.read("a.c", CODE, owned=True), reader.read("b", PROGRAM, owned=True)
    assert source.suits(OriginFile("a.c", 0, "pkg:pypi/x@1"))
    assert not source.suits(OriginFile("a.c", 0))
    assert program.suits(OriginFile("b", 0))
