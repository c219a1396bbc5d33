import pytest

from careen.validation.proto_schema import message_problems
from careen.validation.proto_text import fields

DEFINITION = {
    "messages": {
        "Top": {
            "name": ["string", "", ""],
            "count": ["int32", "optional", ""],
            "size": ["uint64", "", ""],
            "ratio": ["float", "", ""],
            "on": ["bool", "", ""],
            "kind": ["Kind", "", ""],
            "parts": ["Part", "repeated", ""],
            "when": ["google.protobuf.Timestamp", "", ""],
        },
        "Top.Part": {"a": ["string", "", "choice"], "b": ["string", "", "choice"]},
    },
    "enums": {"Top.Kind": ["KIND_A"]},
}


def found(text):
    return [(problem.place, problem.message) for problem in message_problems(DEFINITION, "Top", fields(text.encode()))]


def test_what_is_defined_is_valid():
    text = 'name: "x" count: -1 size: 0x1F ratio: 1.5f on: true kind: KIND_A when {seconds: 1} parts {a: "x"} parts {b: "y"}'
    assert found(text) == []
    assert found("kind: 7 ratio: -inf ratio: 1") == [("line 1", "'ratio' is given more than once")] * 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("other: 1", "Top has no field 'other'"),
        ("name: 1", "'1' is not of type string"),
        ("count: 9999999999", "'9999999999' is not of type int32"),
        ("size: -1", "'-1' is not of type uint64"),
        ("on: maybe", "'maybe' is not of type bool"),
        ("kind: KIND_B", "'KIND_B' is not a value of Kind"),
        ("name {}", "'name' is a value, not a message"),
        ("when: 1", "'when' is a message, not a value"),
        ("parts {}", "Top.Part has 0 of a, b: one is needed"),
        ("parts {a: '' b: ''}", "Top.Part has 2 of a, b: one is needed"),
    ],
)
def test_what_is_not_defined_is_named(text, message):
    assert found(text) == [("line 1", message)]
