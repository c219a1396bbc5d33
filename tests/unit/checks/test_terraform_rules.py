"""Rules about arguments: set, not set, not known, through nested blocks."""

import pytest

from careen.checks import terraform_rules as rules
from careen.formats.terraform.configuration import read
from careen.plugins import Place

KEY = 'resource "aws_kms_key" "k" {}\n'


def document(body, before=""):
    return read({"main.tf": f'{before}resource "t" "x" {{\n{body}\n}}'})


CHECK = rules.needs("t", keys=("a", "b"), older=("c",), accepts=rules.is_true, message="is off")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("a { b = true }", []),
        ("a { b = false }", [("t.x is off", 2, "")]),
        ('a { b = "true" }', []),
        ("", [("t.x is off", 1, "")]),
        ("c = true", []),
        ("\nc = false", [("t.x is off", 3, "")]),
        ("a {\n b = var.b\n}", [("t.x is off", 3, "var.b")]),
        ('dynamic "a" {\n for_each = var.l\n content {}\n}', [("t.x is off", 2, "var.l")]),
    ],
)
def test_an_argument_is_right_wrong_or_not_known(body, places):
    assert list(CHECK(document(body))) == [Place(message, line, path="main.tf", rests_on=on) for message, line, on in places]


@pytest.mark.parametrize(
    ("body", "rests_on"),
    [('k = "x"', None), ("k = aws_kms_key.k.arn", None), ("k = var.k", "var.k"), ('k = ""', ""), ("k = null", ""), ("", "")],
)
def test_a_reference_to_a_resource_is_a_value_and_a_variable_may_be_none(body, rests_on):
    found = list(rules.needs("t", keys=("k",), accepts=rules.is_set, message="has no key")(document(body, KEY)))
    assert [place.rests_on for place in found] == ([] if rests_on is None else [rests_on])


def test_blocks_with_their_paths():
    (resource,) = document('r { a = 1 }\nr { a = 2 }\ndynamic "q" {\n for_each = var.q\n content {}\n}').resources
    assert [(block["a"], path) for block, path in rules.blocks(resource, "r")] == [(1, ("r", 0)), (2, ("r", 1))]
    assert [path for _, path in rules.missing_blocks(resource, "r", "q")] == [("q", 0)]


def test_networks():
    (resource,) = document('a = ["10.0.0.0/8", "::/0"]\nb = [var.n]\nc = "0.0.0.0/0"').resources
    values = resource.values
    assert (rules.is_everyone(values["a"]), rules.is_everyone(values["b"]), rules.is_everyone(values["c"])) == (
        True,
        False,
        True,
    )
    assert rules.unknown_in(values["b"]).rests_on == "var.n"
    assert rules.unknown_in(values["a"]) is None


def test_words_for_true_and_false():
    assert [rules.is_true(value) for value in (True, "true", False, None)] == [True, True, False, False]
    assert [rules.is_false(value) for value in (False, "false", True, None)] == [True, True, False, False]
    assert (rules.is_not_false(None), rules.is_not_true(None), rules.is_one_of("a")("a"), rules.is_none_of("a")("a")) == (
        True,
        True,
        True,
        False,
    )
