"""Values by the type of their variable."""

import pytest

from careen.formats.terraform.evaluate import Budget, Evaluator
from careen.formats.terraform.parse import parse
from careen.formats.terraform.types import with_defaults
from careen.formats.terraform.values import unknown

EVALUATOR = Evaluator(lambda first, second, _: unknown(f"{first}.{second}"), Budget(), lambda _: None)


def tree(text):
    return parse(f"x = {text}\n").settings["x"].expression


@pytest.mark.parametrize(
    ("type", "value", "made"),
    [
        ("bool", '"true"', True),
        ("string", '"true"', "true"),
        ("any", "{a = 1}", {"a": 1}),
        ("object({a = optional(bool, true), b = optional(string), c = number})", "{c = 1}", {"a": True, "b": None, "c": 1}),
        ("object({a = optional(bool, true)})", "{a = false, z = 1}", {"a": False, "z": 1}),
        ("list(object({a = optional(number, 5)}))", "[{}, {a = 1}]", [{"a": 5}, {"a": 1}]),
        ("map(object({a = optional(number, 5)}))", "{k = {}}", {"k": {"a": 5}}),
        ("object({o = optional(object({a = optional(number, 5)}), {})})", "{}", {"o": {"a": 5}}),
        ("object({})", "[1]", [1]),
        ("object({a = number})", "var.x", "${var.x}"),
    ],
)
def test_defaults_of_optional_attributes(type, value, made):
    assert with_defaults(EVALUATOR.value(tree(value), {}), tree(type), EVALUATOR) == made
