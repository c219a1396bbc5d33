"""Declarations of files of Bicep; ``test_bicep`` has the values of their expressions."""

import pytest

from careen.errors import FileLimitError
from careen.formats.azure.bicep_parser import Parser
from careen.formats.azure.expressions import Call, Literal, Name, Text


def parsed(text):
    parser = Parser(text)
    parser.file()
    return parser


def test_parameters_and_variables():
    found = parsed(
        "metadata m = { a: 'b' }\nparam a 'x' | 'y' = 'x'\n@allowed([\n 'p'\n])\nparam b string\n"
        "var c = f(a, '${b}') // no\nvar c = 1\n"
    )
    assert found.values == {"a": Literal("x"), "c": Call("f", (Name("a"), Text((Name("b"),))))}


def test_declarations_within_others_come_after_them():
    found = parsed("resource a 'A/b@1' = {\n  resource c 'c' = {}\n  x: { resource: 1 }\n}\nresource d 'D/e@1' existing = {}\n")
    assert [(each.type, each.parent, each.body.line) for each in found.resources] == [("A/b@1", "", 1), ("c", "a/b", 2)]


def test_conditions():
    (found,) = parsed("resource a 'A/b@1' = [for x in y: if (z) {}]\n").resources
    assert found.condition == Name("z")


@pytest.mark.parametrize("opening", ["(", "[", "{ a: ", "!", "'${", "f(", "a ? "])
def test_depth(opening):
    with pytest.raises(FileLimitError):
        parsed(f"var x = {opening * 200}")
