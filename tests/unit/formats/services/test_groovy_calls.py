"""Arguments of calls in Groovy, with lines."""

import pytest
from tests.support.work import ends

from careen.errors import FileLimitError
from careen.formats.services.groovy_calls import CALL, MAX_DEPTH, arguments
from careen.formats.services.groovy_text import literals


def read(text):
    return arguments(literals(text), 1)


def test_named_arguments():
    given, _ = read("f(a: 'x', b: 3, c: true, d: null,\n  'e': [g(h: false), 'i'], j: [k: 'l']) { rest }")
    assert given == {"a": "x", "b": 3, "c": True, "d": None, "e": [{CALL: "g", "h": False}, "i"], "j": {"k": "l"}}
    assert (given.line_of("a"), given.line_of("e"), given["e"].lines) == (1, 2, [2, 2])
    assert literals("f(a: 'x') { rest }").code[read("f(a: 'x') { rest }")[1] :] == " { rest }"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f(a: b)", "${b}"),
        ("f(a: b.c)", "${b.c}"),
        ("f(a: 'x' + b)", "${ + b}".replace("{ ", "{")),
        ("f(a: [g()] + b)", "${[g()] + b}"),
        ("f(a: b ? 1 : 2)", "${b ? 1 : 2}"),
        ("f(a: b(c, d).e)", "${b(c, d).e}"),
        ("f(a: { it })", "${it}"),
        ("f(a: 1.5)", "${1.5}"),
    ],
)
def test_an_expression_is_a_reference(text, value):
    given, _ = read(text[:-1] + ", z: 9)")
    assert given == {"a": value, "z": 9}


def test_statements_of_a_block():
    given, _ = read("f{\n a 'x'\n b true\n c { d 1 }\n e('y')\n g h\n i()\n j\n k 'z'; l 2 }")
    assert given == {"a": "x", "b": True, "c": {"d": 1}, "e": "y", "g": "${h}", "i": {}, "k": "z", "l": 2}
    assert given.line_of("c") == 4


def test_what_does_not_end_reaches_to_the_end():
    assert read("f(a: [b: 'c'") == ({"a": {"b": "c"}}, len(literals("f(a: [b: 'c'").code))


def test_a_limit_of_depth():
    assert read("f(" + "a: [" * (MAX_DEPTH - 1) + "]" * MAX_DEPTH)
    with pytest.raises(FileLimitError):
        read("f(a: " + "[" * (MAX_DEPTH + 2))
    with pytest.raises(FileLimitError):
        read("f(a: b + " + "(" * (MAX_DEPTH + 2))


def test_hostile_text():
    with ends():
        for part in ("a: ", "a: [], ", "(", "a b\n", "a: 'x' + ", "\x00", "}", ", "):
            for opening in ("f(", "f{"):
                try:
                    read(opening + part * 20_000)
                except FileLimitError:
                    pass
