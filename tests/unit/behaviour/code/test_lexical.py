"""Values of requests in statements, without a syntax tree."""

import re

import pytest

from careen.behaviour.code.lexical import (
    MAX_BYTES,
    SENT,
    Lexical,
    Sink,
    Statement,
    decoded,
    has_sent,
    request_flows,
    statements_of,
)

LANGUAGE = Lexical(
    re.compile(r"\bsent\(\)"),
    re.compile(r"^(?P<name>\w+) = (?P<value>.*)"),
    frozenset(("trim", "join")),
    (Sink("COD-001", re.compile(r"\brun\("), "a command", "high", lambda given: "," in given),),
    re.compile(r"\w+ == \w+"),
)


def lines(*statements):
    numbered = (Statement(text, line) for line, text in enumerate(statements, 1))
    return [match.line for match in request_flows(numbered, LANGUAGE)]


def test_a_variable_holds_a_value_until_it_is_set_to_another():
    assert lines("run(a)", "a = sent()", "run(a)", "b = trim(a)", "run(b)", "a = 1", "run(a)", "b = number(b)", "run(b)") == [
        3,
        5,
    ]


def test_what_is_harmless():
    assert lines("run(sent(), 1)", "other(sent())", "a = sent()", "run(quoted(a))", "run(x == a)", "run(1)") == []


@pytest.mark.parametrize(
    ("value", "is_sent"),
    [
        (SENT, True),
        (f"trim({SENT})", True),
        (f"{SENT}.trim()", True),
        (f"f(trim({SENT}))", False),
        (f"trim(f({SENT}))", False),
        (f"join(x, ({SENT}))", True),
        ("held", True),
        ("other", False),
        (f"{SENT}.size()", False),
    ],
)
def test_values(value, is_sent):
    assert has_sent(value, {"held"}, LANGUAGE) is is_sent


def test_statements_have_their_first_line():
    found = list(statements_of("a;\n\n  b\n c;d", re.compile(";")))
    assert found == [Statement("a", 1), Statement("b\n c", 3), Statement("d", 4)]


def test_a_large_program_is_refused():
    with pytest.raises(ValueError, match="too large"):
        decoded(b" " * (MAX_BYTES + 1))
