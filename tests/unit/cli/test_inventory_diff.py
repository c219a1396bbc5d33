import io
import json

from msgspec.structs import replace
from tests.support.reports import clean

from careen.app.inventories import HOWS, Change, Compared
from careen.cli.inventory_diff import write_json, write_table

IMAGE = clean().image


def change(how, before, after, layers=(0, 0)):
    values = {
        "how": how,
        "name": "a",
        "before": before,
        "after": after,
        "type": "npm",
        "layer_before": layers[0],
        "layer_after": layers[1],
    }
    return Change(**{field: values.get(field) for field in Change.__struct_fields__})


def table(*changes):
    stream = io.StringIO()
    after = replace(IMAGE, reference="shop:2", layers=IMAGE.layers[:1])
    write_table(Compared((IMAGE, after), (5, 4), 1, changes), stream)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_nothing_changed():
    assert table() == [
        "registry.example/shop/service:1.4 -> shop:2: no package changed; 1 of 3 and 1 layers are shared",
    ]


def test_changes():
    first, second = HOWS[:2]
    lines = table(change(first, "1", "2", (0, 1)), change(first, "1", "2", (2, 2)), change(second, None, "2", (None, 1)))
    assert f": 2 {first}, 1 {second}; " in lines[0]
    assert lines[2].split() == ["CHANGE", "PACKAGE", "BEFORE", "AFTER", "TYPE", "LAYER"]
    assert lines[3].split() == [first, "a", "1", "2", "npm", "0", "->", "1"]
    assert lines[4].split() == [first, "a", "1", "2", "npm", "2"]
    assert lines[5].split() == [second, "a", "-", "2", "npm", "1"]


def test_the_document():
    stream = io.StringIO()
    bare = replace(IMAGE, digest="", layers=(replace(IMAGE.layers[0], digest="", diff_id=""),))
    write_json(Compared((bare, IMAGE), (5, 4), 1, ()), stream)
    found = json.loads(stream.getvalue())
    assert (found["before"]["digest"], found["after"]["digest"]) == (None, IMAGE.digest)
    assert found["before"]["layers"] == [{"index": 0, "digest": None, "diff_id": None}]
    assert (found["before"]["packages"], found["after"]["packages"], found["shared_layers"]) == (5, 4, 1)
