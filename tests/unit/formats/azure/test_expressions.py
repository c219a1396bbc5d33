"""Expressions of Azure's templates."""

import pytest

from careen.errors import FileLimitError
from careen.formats.azure import expressions
from careen.formats.azure.expressions import Array, Call, Choice, Evaluator, Literal, Member, Name, Object, Strange, Text
from careen.formats.terraform.values import UnknownValue

NAMES = {"a": "x", "yes": True, "o": None}


def value(node):
    return Evaluator(NAMES.__getitem__).value(node)


def call(name, *values):
    return Call(name, tuple(Literal(each) for each in values))


@pytest.mark.parametrize(
    ("node", "found"),
    [
        (Text((Literal("a-"), Name("a"))), "a-x"),
        (call("concat", "a", 1, True), "a1True"),
        (call("format", "{0}/{1}-{9}-{x}", "a", "b"), "a/b-{9}-{x}"),
        (call("toLower", "AB"), "ab"),
        (call("replace", "aXa", "X", "b"), "aba"),
        (call("equals", 1, True), False),
        (call("equals", "a", "a"), True),
        (call("and", True, False), False),
        (call("or", True, False), True),
        (call("not", False), True),
        (call("empty", ""), True),
        (call("empty", 0), False),
        (call("int", "7"), 7),
        (call("coalesce", None, "b"), "b"),
        (Choice(Name("yes"), Literal(1), Literal(2)), 1),
        (Member(Object(((Literal("Key"), Literal(1), 3),), 2), Literal("key")), 1),
        (Member(Array(((Literal("p"), 4),), 4), Literal(0)), "p"),
        (Member(Array((), 4), Literal(0)), None),
    ],
)
def test_values(node, found):
    assert value(node) == found and type(value(node)) is type(found)


@pytest.mark.parametrize(
    ("node", "shown", "text"),
    [
        (Name("gone"), "gone", "${gone}"),
        (Member(Member(Name("r"), Literal("p")), Literal("q")), "r.p.q", "${r.p.q}"),
        (Text((Literal("a/"), Name("gone"))), "gone", "a/${gone}"),
        (call("uniqueString", "a"), "uniquestring", "${uniquestring}"),
        (Call("toLower", (Name("gone"),)), "gone", "${gone}"),
        (call("int", "x"), "int", "${int}"),
        (call("length"), "length", "${length}"),
        (Choice(Name("gone"), Literal(1), Literal(2)), "a condition", "${a condition}"),
        (Strange("for"), "for", "${for}"),
        (Call("concat", (Array((), 1),)), "concat", "${concat}"),
    ],
)
def test_what_only_a_deployment_gives(node, shown, text):
    found = value(node)
    assert isinstance(found, UnknownValue)
    assert (found.rests_on, str(found)) == (shown, text)


def test_lines():
    found = value(Object(((Literal("k"), Array(((Literal(1), 5),), 4), 4),), 3))
    assert (found.line, found.lines, found["k"].lines) == (3, {"k": 4}, [5])


def test_limits(monkeypatch):
    deep = Name("a")
    for _ in range(300):
        deep = Call("not", (deep,))
    assert value(deep) == "${…}"
    doubled = Literal("x")
    for _ in range(20):
        doubled = Text((doubled, doubled))
    with pytest.raises(FileLimitError):
        value(doubled)
    monkeypatch.setattr(expressions, "MAX_STEPS", 10)
    with pytest.raises(FileLimitError):
        value(Array(tuple((Literal(1), 1) for _ in range(20)), 1))
