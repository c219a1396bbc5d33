import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.secrets import git_objects
from careen.secrets.git_objects import loose, pack
from tests.support.git_pack import delta, id_of, loose_object, packed

TEXT = b"one line\n" * 3000


def test_a_loose_object():
    found = loose(loose_object("blob", TEXT))
    assert (found.kind, found.id, found.content) == ("blob", id_of("blob", TEXT).hexdigest(), TEXT)


@pytest.mark.parametrize(
    "data", [b"", b"x", zlib.compress(b"text"), zlib.compress(b"blob 9\0x"), zlib.compress(b"blob 1\0x")[:-5]]
)
def test_what_is_no_object(data):
    with pytest.raises(ValueError):
        loose(data)


def test_a_pack_with_deltas_by_offset_and_by_id():
    longer = TEXT + b"more\n"
    entries = [
        ("commit", b"tree x\n"),
        ("blob", TEXT),
        (1, delta(TEXT, (0, len(TEXT)), b"more\n")),
        (id_of("blob", longer).digest(), delta(longer, b"first\n", (9, 9))),
        (2, delta(longer, (0, 9))),
    ]
    found = list(pack(packed(*entries)))
    assert [one.kind for one in found] == ["commit", "blob", "blob", "blob", "blob"]
    assert [one.content for one in found[1:]] == [TEXT, longer, b"first\none line\n", b"one line\n"]
    assert [one.id for one in found[1:3]] == [id_of("blob", TEXT).hexdigest(), id_of("blob", longer).hexdigest()]


def test_a_delta_without_its_base_has_no_content():
    (found,) = pack(packed((b"\1" * 20, delta(TEXT, b"x"))))
    assert (found.id, found.content) == ("", None)


def test_an_object_that_is_too_large_has_no_content(monkeypatch):
    monkeypatch.setattr(git_objects, "MAX_OBJECT", 1000)
    found = list(pack(packed(("blob", TEXT), ("blob", b"small"))))
    assert [one.content for one in found] == [None, b"small"]


@pytest.mark.parametrize(("bound", "value"), [("MAX_KEPT", 1000), ("MAX_INFLATED", 1000), ("MAX_OBJECTS", 1)])
def test_bounds(monkeypatch, bound, value):
    monkeypatch.setattr(git_objects, bound, value)
    with pytest.raises(ValueError):
        list(pack(packed(("blob", TEXT), ("blob", b"x"))))


def test_deltas_that_grow_are_bounded(monkeypatch):
    monkeypatch.setattr(git_objects, "MAX_KEPT", 200_000)
    entries = [("blob", TEXT), *((0, delta(TEXT, *[(0, len(TEXT))] * 20)) for _ in range(3))]
    with pytest.raises(ValueError):
        list(pack(packed(*entries)))


@given(st.integers(0, 400), st.binary(max_size=4))
def test_damaged_packs(at, other):
    data = packed(("blob", TEXT), (0, delta(TEXT, (0, 100), b"x")), ("tree", b"1"))
    try:
        list(pack(data[:at] + other + data[at + len(other) :]))
    except ValueError:
        pass
