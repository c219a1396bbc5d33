"""Expressions: what is known is computed, what is not stays unknown, and nothing takes more than its budget."""

import pytest
from tests.support.work import ends

from careen.formats.data.yaml_document import Mapping
from careen.formats.terraform.evaluate import MAX_STEPS, Budget, Evaluator
from careen.formats.terraform.parse import parse
from careen.formats.terraform.values import (
    CHARACTERS_A_STEP,
    MAX_CHARACTERS,
    MAX_NODES,
    MAX_TEXT,
    UnknownValue,
    sized,
    unknown,
)


def evaluate(text, known=None, budget=None):
    known = known or {}

    def reference(first, second, _):
        return known.get(f"{first}.{second}", unknown(f"{first}.{second}"))

    return Evaluator(reference, budget or Budget(), lambda _: None).value(parse(f"x = {text}\n").settings["x"].expression, {})


@pytest.mark.parametrize(("text", "value"), [("-5 % 3", -2), ("5 % -3", 2), ("5.5 % 2", 1.5), ("6 % 3", 0)])
def test_a_remainder_has_the_sign_of_the_dividend(text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "var.x",
        "var.x + 1",
        "!var.x",
        "-var.x",
        "var.x == 1",
        '"a" == "${var.x}b"',
        'var.x ? "a" : "b"',
        "upper(var.x)",
        'split(",", "a,${var.x}")',
        "contains([var.x], 1)",
        "[1, 2][var.x]",
        "var.x[*].id",
        "[for a in var.x : a]",
        '[for a in ["b"] : a if var.x]',
        "{(var.x) = 1}",
        "var.x.y.z",
        "true && var.x",
        "false || var.x",
        "merge({a = 1}, var.x)",
        "not_a_function(1)",
        '1 + "a"',
        "[1][5]",
        "{a = 1}.b",
        'replace("a", "/a/", "b")',
        "1 / 0",
    ],
)
def test_what_rests_on_something_unknown_is_unknown(text):
    assert isinstance(evaluate(text), UnknownValue)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("false && var.x", False),
        ("var.x && false", False),
        ("true || var.x", True),
        ("var.x ? 1 : 1", 1),
        ("[var.x, 2][1]", 2),
        ("length([var.x])", 1),
        ("keys({a = var.x})", ["a"]),
        ("merge({a = var.x}, {a = 1})", {"a": 1}),
        ('try(var.y.z, "b")', "${var.y.z}"),
        ('try({a = 1}.b, "b")', "b"),
        ("can({a = 1}.b)", False),
        ("can({a = 1}.a)", True),
        ("{a = 1, b = var.x}.a", 1),
    ],
)
def test_what_does_not_rest_on_it_is_known(text, value):
    assert evaluate(text) == value


def test_an_unknown_part_stays_in_the_text():
    found = evaluate('"https://${var.host}/x"')
    assert found == "https://${var.host}/x"
    assert (found.rests_on, found.whole) == ("var.host", False)
    assert evaluate("var.host").whole


def test_lines_are_those_of_keys_and_items():
    found = evaluate("{\n  a = [\n    1,\n    2,\n  ]\n}")
    assert isinstance(found, Mapping)
    assert (found.lines["a"], found["a"].lines) == (2, [3, 4])


@pytest.mark.parametrize(
    "text",
    [
        "[for a in range(200) : [for b in range(200) : [for c in range(200) : a]]]",
        '"${join("", [for a in range(20000) : "0123456789"])}${join("", [for a in range(20000) : "0123456789"])}"',
        "range(1000000000)",
        'format("%999999999s", "a")',
        "9999999999999999999999 * 9999999999999999999999 * 9999999999999999999999",
    ],
)
def test_bounds(text):
    budget = Budget()
    evaluate(text, budget=budget)
    assert budget.steps > -MAX_STEPS


@pytest.mark.parametrize(
    "text",
    [
        f'"{"${local.big}" * 3000}"',
        "join(local.big, range(20000))",
        'join("", [for a in range(20000) : local.big])',
        "jsonencode([for a in range(20000) : local.big])",
        'formatlist("%s${local.big}", range(20000))',
        f'format("{"%999s" * 3000}", range(3000)...)',
        'indent(200, replace(local.big, "x", "\\n"))',
        'split("", local.big)',
        'split("x", local.big)',
        "[for a in range(20000) : upper(local.big)]",
        "[for a in range(20000) : sha512(local.big)]",
        "[for a in range(20000) : local.big == local.other]",
        "[for a in range(20000) : yamldecode(local.big)]",
    ],
)
def test_long_texts_are_bounded(text):
    known = {"local.big": "x" * MAX_TEXT, "local.other": "x" * MAX_TEXT}
    budget = Budget()
    with ends(text[:80]):
        found = evaluate(text, known, budget)
    parts = [str(value) for value in found] if isinstance(found, list) else [found]
    assert sum(map(len, parts)) <= 2 * MAX_CHARACTERS
    assert budget.steps > -MAX_STEPS


def test_a_value_that_grows_by_doubling_ends():
    known = {"local.a": "x" * 1000}
    for _ in range(40):
        known["local.a"] = evaluate('"${local.a}${local.a}"', known)
    assert isinstance(known["local.a"], UnknownValue)
    rows, seen = {"local.a": evaluate("[1]")}, []
    for _ in range(40):
        rows["local.a"] = evaluate("[local.a, local.a]", rows)
        seen.append(rows["local.a"])
    assert any(isinstance(value, UnknownValue) for value in seen)
    assert all(sized(value) <= MAX_NODES + MAX_CHARACTERS // CHARACTERS_A_STEP for value in seen)
