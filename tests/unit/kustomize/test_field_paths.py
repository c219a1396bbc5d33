"""Paths of fields."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.field_paths import field_of, fields, parts_of, specified
from careen.kustomize.objects import Object
from tests.support.work import ends

TEXT = "a:\n  b: [{n: web, v: 1}, {n: web2, v: 2}, {n: x.y, v: 3}]\n  c.d: 4\n  e: [p, q]\n"


def body():
    return yaml_document.read(TEXT)[0]


def values(path, **how):
    return [field.value for field in fields(body(), parts_of(path), **how)]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b", ["a", "b"]),
        ("a.[c.d].e", ["a", "c.d", "e"]),
        (r"a.c\.d", ["a", "c.d"]),
        ("a.[n=x.y].v", ["a", "[n=x.y]", "v"]),
        ("a.[=x]", ["a", "[=x]"]),
    ],
)
def test_parts(path, parts):
    assert parts_of(path) == parts


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b.0.v", [1]),
        ("a.b.*.v", [1, 2, 3]),
        ("a.b.[n=web].v", [1, 2]),
        ("a.b.[n=^web$].v", [1]),
        ("a.b.[n=w.*2].v", [2]),
        ("a.b.[n=x.y].v", [3]),
        ("a.[c.d]", [4]),
        ("a.e.[=q]", ["q"]),
        ("a.none.v", []),
        ("a.b.[n=none].v", []),
    ],
)
def test_fields(path, found):
    assert values(path) == found


def test_a_value_in_brackets_may_be_no_expression():
    assert values("a.b.[n=web].v", exact=True) == [1]
    assert field_of(body(), "a.b.[n=web2].v").value == 2
    assert field_of(body(), "a.none") is None


@pytest.mark.parametrize("path", ["a.b.3", "a.b.n", "a.*", "a.0", "a.c\\.d.x", "a.b.[n=(a+)+].v", "a.b.9999999999", "x." * 200])
def test_paths_that_lead_nowhere(path):
    with pytest.raises(ValueError):
        values(path)


def test_what_is_missing_is_made():
    made = body()
    for path in ("a.f.g", "a.b.[n=new].v", "a.e.2", "h.0", "i.[=z]"):
        for field in fields(made, parts_of(path), creates=True):
            field.set(9, 5)
    assert (made["a"]["f"], made["a"]["b"][3], made["a"]["e"], made["h"], made["i"]) == (
        {"g": 9}, {"n": "new", "v": 9}, ["p", "q", 9], [9], [9],
    )  # fmt: skip
    assert made["a"]["f"].lines == {"g": 5}


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("{path: a/b/v}", [1, 2, 3]),
        ("{path: /a/c.d}", [4]),
        ("{path: a/none}", []),
        ("{path: a/none, create: true}", [None]),
        ("{path: 'a/b[]/v'}", [1, 2, 3]),
        ("{path: 'a/none[]', create: true}", []),
        ("{path: a/c.d/x}", []),
        ("{path: a/c.d, kind: Other}", []),
        ("{path: a/c.d, kind: K, group: g, version: v1}", [4]),
        ("{}", []),
    ],
)
def test_specifications(spec, found):
    object = Object(yaml_document.read("apiVersion: g/v1\nkind: K\n" + TEXT)[0], "")
    assert [field.value for field in specified(object, yaml_document.read(spec)[0])] == found


def test_hostile_paths():
    with ends():
        for path in ("[" * 100_000, "[a=" + ".*" * 50_000 + "]", "a\\." * 50_000, "." * 100_000, "/" * 100_000):
            try:
                values(path)
            except ValueError:
                pass
            list(specified(Object(body(), ""), yaml_document.read(f"path: '{path}'\ncreate: true")[0]))
