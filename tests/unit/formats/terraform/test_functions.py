"""Functions by the examples of Terraform's documentation."""

import pytest

from careen.formats.terraform.evaluate import Budget, Evaluator
from careen.formats.terraform.parse import parse
from careen.formats.terraform.values import UnknownValue, unknown


def evaluate(text, files=None):
    evaluator = Evaluator(lambda first, second, _: unknown(f"{first}.{second}"), Budget(), (files or {}).get)
    return evaluator.value(parse(f"x = {text}\n").settings["x"].expression, {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("abs(-3)", 3),
        ("alltrue([true, false])", False),
        ("anytrue([true, false])", True),
        ('base64encode("Hello")', "SGVsbG8="),
        ('base64decode("SGVsbG8=")', "Hello"),
        ('basename("foo/bar/baz.txt")', "baz.txt"),
        ("ceil(5.1)", 6),
        ('chomp("hello\\n")', "hello"),
        ('chunklist(["a", "b", "c"], 2)', [["a", "b"], ["c"]]),
        ('coalesce("", "b")', "b"),
        ('coalescelist([], ["c"])', ["c"]),
        ('compact(["a", "", "b", null])', ["a", "b"]),
        ('concat(["a"], ["b", "c"])', ["a", "b", "c"]),
        ('contains(["a", "b"], "a")', True),
        ('dirname("foo/bar/baz.txt")', "foo/bar"),
        ('distinct(["a", "b", "a"])', ["a", "b"]),
        ('element(["a", "b", "c"], 4)', "b"),
        ('endswith("hello", "lo")', True),
        ('flatten([["a", "b"], [], [["c"]]])', ["a", "b", "c"]),
        ('format("Hello, %s! %d %05.1f %q %%", "Ander", 4, 2.25, "x")', 'Hello, Ander! 4 002.2 "x" %'),
        ('formatlist("%s!", ["a", "b"])', ["a!", "b!"]),
        ('index(["a", "b"], "b")', 1),
        ('indent(2, "a\\nb")', "a\n  b"),
        ('join("-", ["foo", "bar"])', "foo-bar"),
        ('jsondecode("{\\"hello\\": [1, true]}")', {"hello": [1, True]}),
        ('jsonencode({hello = "world", n = 1})', '{"hello":"world","n":1}'),
        ("keys({b = 1, a = 2})", ["a", "b"]),
        ('length("abc")', 3),
        ('lookup({a = "ay"}, "c", "what?")', "what?"),
        ('lower("HELLO")', "hello"),
        ('md5("hello world")', "5eb63bbbe01eeed093cb22bb8f5acdc3"),
        ('merge({a = "b"}, {c = "d"}, {a = "e"})', {"a": "e", "c": "d"}),
        ('one(["a"])', "a"),
        ('parseint("FF", 16)', 255),
        ("range(1, 8, 3)", [1, 4, 7]),
        ('replace("1 + 2", "+", "-")', "1 - 2"),
        ("reverse([1, 2])", [2, 1]),
        ('setintersection(["a", "b"], ["b"])', ["b"]),
        ('setsubtract(["a", "b"], ["b"])', ["a"]),
        ('setunion(["b"], ["a"])', ["a", "b"]),
        ("signum(-4)", -1),
        ('slice(["a", "b", "c"], 1, 2)', ["b"]),
        ('sort(["b", "a"])', ["a", "b"]),
        ('split(",", "a,b")', ["a", "b"]),
        ('substr("hello world", 1, 4)', "ello"),
        ("sum([1, 2.5])", 3.5),
        ('title("hello world")', "Hello World"),
        ('tobool("true")', True),
        ('tonumber("5")', 5),
        ('toset(["b", "a", "b"])', ["a", "b"]),
        ("tostring(5)", "5"),
        ('transpose({a = ["1"], b = ["1"]})', {"1": ["a", "b"]}),
        ('trim("?!hello?!", "!?")', "hello"),
        ('trimprefix("helloworld", "hello")', "world"),
        ('trimspace("  a ")', "a"),
        ("values({b = 1, a = 2})", [2, 1]),
        ('yamldecode("a: [1]")', {"a": [1]}),
        ('zipmap(["a", "b"], [1, 2])', {"a": 1, "b": 2}),
    ],
)
def test_documented_examples(text, value):
    assert evaluate(text) == value


def test_files_are_those_that_are_checked():
    assert evaluate('file("policy.json")', {"policy.json": "{}"}) == "{}"
    assert isinstance(evaluate('file("/etc/passwd")', {}), UnknownValue)
    assert evaluate('filebase64("a")', {"a": "Hello"}) == "SGVsbG8="


@pytest.mark.parametrize("text", ["timestamp()", "uuid()", 'templatefile("a", {})', 'fileexists("a")', "bcrypt(1)"])
def test_what_depends_on_the_run_is_unknown(text):
    assert isinstance(evaluate(text, {"a": "x"}), UnknownValue)


def test_json_with_unknown_parts_is_known_in_part():
    found = evaluate('jsonencode({Action = "*", Resource = aws_s3_bucket.x})')
    assert (found, found.whole) == ('{"Action":"*","Resource":"${aws_s3_bucket.x}"}', False)
