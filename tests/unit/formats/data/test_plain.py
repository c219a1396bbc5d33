import pytest
from tests.support.work import ends

from careen.formats.data.plain import json_object, jsonc_object, mapping, objects, sequence, text, toml_object


def test_json():
    assert json_object(b'\xef\xbb\xbf{"a": [1]}') == {"a": [1]}


def test_comments_and_last_commas():
    document = b'{ // one\n "a": "// no, /* no */ ,]", /* two\n */ "b": [1, 2, ], "c": {"d": "\\",}" , }, } // end'
    assert jsonc_object(document) == {"a": "// no, /* no */ ,]", "b": [1, 2], "c": {"d": '",}'}}


def test_toml():
    assert toml_object(b'[[package]]\nname = "a"\n') == {"package": [{"name": "a"}]}


@pytest.mark.parametrize("read", [json_object, jsonc_object, toml_object])
@pytest.mark.parametrize("data", [b"[1] 2", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": ' * 100_000])
def test_refused(read, data):
    with pytest.raises(ValueError):
        read(data)


def test_keys_of_many_parts_are_refused():
    with pytest.raises(ValueError, match="parts"):
        toml_object(b"a." * 100_000 + b"b = 1")


def test_very_many_tables_are_refused():
    with pytest.raises(ValueError, match="tables"):
        toml_object(b"[[a]]\n" * 50_002)


@pytest.mark.parametrize(
    "piece", [b"/*", b'"', b"//", b", ", b'"\\', b"/* *", b",\n ", b"a.", b"- ", b"a . "], ids=lambda piece: repr(piece)
)
def test_time_is_linear(piece):
    for read in (jsonc_object, toml_object):
        with ends(), pytest.raises(ValueError):
            read(b"{" + piece * (1_000_000 // len(piece)))


def test_wrong_shapes_are_empty():
    assert (mapping([1]), sequence({}), text(1)) == ({}, [], "")
    assert (mapping({"a": 1}), sequence([1]), text("a")) == ({"a": 1}, [1], "a")


def test_a_list_of_objects_or_an_error():
    assert objects([{"a": 1}], "packages") == [{"a": 1}]
    assert objects(None, "packages") == objects([], "packages") == []
    for wrong in ({"a": 1}, "x", 0, [{"a": 1}, None]):
        with pytest.raises(ValueError, match="its packages are not a list of objects"):
            objects(wrong, "packages")
