"""HCL2: values written at random are read back, another parser agrees on structure, and any text ends in a tree or an error."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.examples import read_examples
from tests.support.generated import examples
from tests.support.work import steps

from careen.formats.terraform.evaluate import Budget, Evaluator
from careen.formats.terraform.parse import MAX_DEPTH, parse, parse_template
from careen.formats.terraform.syntax import Binary, Body, Conditional, Index, Literal, Splat
from careen.formats.terraform.values import unknown

NAMES = st.from_regex(r"\A[a-z_][a-z0-9_-]{0,8}\Z").filter(lambda name: name not in ("for", "true", "false", "null"))
SCALARS = st.one_of(
    st.booleans(), st.none(), st.integers(0, 10**9), st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


def value_of(expression):
    return Evaluator(lambda first, second, _: unknown(f"{first}.{second}"), Budget(), lambda _: None).value(expression, {})


def written(value, chance):
    """A value in one of the ways in which HCL2 writes it."""
    space = chance.choice((" ", "", "  "))
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
        text = text.replace("\\/", "/").replace("\\b", "\\u0008").replace("\\f", "\\u000c")
        if not text.isascii() or "\\ud" not in text.lower():
            return text.replace("${", "$${").replace("%{", "%%{")
        return (
            json.dumps(value, ensure_ascii=False)
            .replace("\\b", "\\u0008")
            .replace("\\f", "\\u000c")
            .replace("${", "$${")
            .replace("%{", "%%{")
        )
    if isinstance(value, list):
        end = chance.choice((",", "", "\n", ",\n")) if value else ""
        return (
            "["
            + f",{space}{chance.choice(('', '# no', '/* no */'))}\n".join(written(item, chance) for item in value)
            + end
            + "]"
        )
    if isinstance(value, dict):
        pairs = [
            f"{chance.choice((key, json.dumps(key), f'({json.dumps(key)})'))} {chance.choice('=:')} {written(item, chance)}"
            for key, item in value.items()
        ]
        return "{" + chance.choice(("", "\n")) + chance.choice((",", "\n", ",\n")).join(pairs) + chance.choice(("", "\n")) + "}"
    return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)


@examples(300)
@given(st.dictionaries(NAMES, VALUES, max_size=4), st.integers(0, 10**6))
def test_values_are_read_as_they_were_written(settings, seed):
    chance = random.Random(seed)
    text = "".join(f"{name} = {written(value, chance)}\n" for name, value in settings.items())
    body = parse(f'a "b" c {{\n{text}}}\n').blocks[0].body
    assert {name: value_of(setting.expression) for name, setting in body.settings.items()} == settings


def test_blocks_labels_and_lines():
    body = parse('# one\na "b" c {\n  x = [\n    1\n  ]\n  d { y = 2 }\n}\n\nz = 1')
    (block,) = body.blocks
    assert (block.type, block.labels, block.line, block.end_line) == ("a", ("b", "c"), 2, 7)
    assert (block.body.settings["x"].line, block.body.settings["x"].end_line) == (3, 5)
    assert block.body.of_type("d")[0].body.settings["y"].expression == Literal(2)
    assert body.settings["z"].line == 9


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("!true || 1 < 2 && 3 >= 3", True),
        ("-2 + 3", 1),
        ('1 == 1 ? "a" : "b"', "a"),
        ("[for x in [1, 2, 3] : x * 2 if x != 2]", [2, 6]),
        ('{for k, v in {a = 1} : "${k}x" => v}', {"ax": 1}),
        ('{for v in ["a", "b", "a"] : v => 1...}', {"a": [1, 1], "b": [1]}),
        ("[{a = 1}, {a = 2}][*].a", [1, 2]),
        ("[{a = [5]}].*.a", [[5]]),
        ("[1, 2][1]", 2),
        ("{a = {b = 3}}.a.b", 3),
        ('"%{ if 1 == 2 }x%{ else }y%{ endif }z"', "yz"),
        ('"%{ for k, v in {a = 1} }${k}=${v};%{ endfor }"', "a=1;"),
        ('"a ${~ 1 ~} b"', "a1b"),
        ("<<-EOT\n    a\n      b ${1 + 1}\n    EOT\n", "a\n  b 2\n"),
        ("<<EOT\n $${x} %%{y}\nEOT\n", " ${x} %{y}\n"),
        ('"\\u00e9\\n\\"$"', 'é\n"$'),
        ("max(1, [2, 3]...)", 3),
        ("(\n  1\n  + 2\n)", 3),
    ],
)
def test_expressions(text, value):
    assert value_of(parse(f"x = {text}\n").settings["x"].expression) == value


def test_precedence_and_steps_make_the_tree():
    tree = parse("x = a.b[0] == 1 ? c : d[*].e").settings["x"].expression
    assert isinstance(tree, Conditional)
    assert isinstance(tree.condition, Binary)
    assert isinstance(tree.condition.left, Index)
    assert isinstance(tree.otherwise, Splat)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a {", "line 1: a block is not closed"),
        ("\n}", "line 2: a block is closed that is not open"),
        ("x = ", "line 1: an expression is missing"),
        ("x = 1 2", "line 1: more follows"),
        ('x = "a\n"', "line 1: a text is not closed"),
        ("x = <<A\nb", "the heredoc A does not end"),
        ("/* a", "line 1: a comment is not closed"),
        ('x = "\\q"', "an escape is not known"),
        ('x = "%{ if a }"', "without its end"),
        ('x = "%{ endfor }"', "endfor"),
        ("x = " + "[" * 200, f"nested over {MAX_DEPTH}"),
        ("x = " + "!" * 500 + "a", f"nested over {MAX_DEPTH}"),
        ("a {" * 200, f"nested over {MAX_DEPTH}"),
        ("x = " + "1 + " * 500 + "1", "operators"),
        ("x = a" + ".b" * 500, "steps"),
        ("x = {a = 1 b = 2}", "a comma, a line break or } is missing after an item of an object"),
    ],
)
def test_errors_have_their_line(text, why):
    with pytest.raises(ValueError, match=why):
        parse(text)


def test_a_template_of_json():
    assert value_of(parse_template("a${1 + 1}", 7)) == "a2"
    with pytest.raises(ValueError, match="line 7"):
        parse_template("${", 7)


SOURCES = [text for one in read_examples("terraform").values() for text in (*one.passing, *one.failing)]
PIECES = (
    '"',
    "${",
    "%{ if ",
    "}",
    "{",
    "[",
    "(",
    "<<-EOT\n",
    "\n",
    "=",
    "...",
    "[*]",
    ".",
    "?",
    ":",
    "/*",
    "for ",
    "\\",
    "\0",
    "é",
    "0",
)


def mutated(chance):
    text = chance.choice(SOURCES)
    for _ in range(chance.randint(1, 4)):
        at, to = sorted(chance.choices(range(len(text) + 1), k=2))
        text = chance.choice(
            (
                text[:at] + chance.choice(PIECES) + text[at:],
                text[:at] + text[min(to, at + 20) :],
                text[:to] + text[at:to] + text[to:],
                text[:at] + chance.choice(PIECES) * chance.randint(1, 90) + text[to:],
            )
        )[:20_000]
    return text


def test_any_change_gives_a_tree_or_an_error():
    chance = random.Random(7)
    trees = 0
    for _ in range(3000):
        try:
            trees += isinstance(parse(mutated(chance)), Body)
        except ValueError:
            continue
    assert 100 < trees < 2900


@pytest.mark.parametrize("piece", ['a = "${b}"\n', "a = [1]\n", "/* x */ ", "a { b = 1 }\n", "a = <<E\n$ % x\nE\n", "# c\n"])
def test_work_grows_with_the_text(piece):
    small, large = (steps(lambda count=count: parse(piece * count)) for count in (50, 400))
    assert large < small * 12


def test_another_parser_agrees():
    """Block types, labels, names of settings and plain values, of all examples."""
    hcl2 = pytest.importorskip("hcl2", reason="python-hcl2 is not installed")
    compared = 0
    for text in SOURCES:
        theirs = hcl2.loads(text)
        for block in parse(text).blocks:
            found = [one for one in theirs[block.type] if _labelled(one, block.labels) is not None]
            assert found, text
            compared += max(_agree(block.body, _labelled(one, block.labels)) for one in found)
    assert compared > 300


def _labelled(one, labels):
    for label in labels:
        one = one.get(json.dumps(label), one.get(label)) if isinstance(one, dict) else None
    return one


def _agree(body, theirs):
    names = set(body.settings) | {block.type for block in body.blocks}
    if names != {name for name in theirs if not name.startswith("__")}:
        return 0
    count = 1
    for name, setting in body.settings.items():
        if isinstance(setting.expression, Literal):
            value = setting.expression.value
            their = theirs[name]
            their = json.loads(their) if isinstance(their, str) and their.startswith('"') and "<<" not in their else their
            if not (isinstance(their, str) and "<<" in their):
                assert value == their
                count += 1
    return count
