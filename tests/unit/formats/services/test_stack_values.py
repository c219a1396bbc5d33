"""Values of a template of CloudFormation."""

import pytest
from tests.support.work import ends

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.services.stack_values import MAX_CHOICES, Evaluated, as_function, choices

HEAD = """\
Parameters:
  A: {Default: x}
  B: {AllowedValues: [b, c]}
  C: {Type: String}
  E: {Default: ""}
Mappings: {M: {x: {k: found}, z: {k: other}}}
"""


def template(rest):
    return yaml_document.read(HEAD + rest, as_function)[0]


def value(text, **values):
    return Evaluated(template(f"V: {text}\n"), values).value(template(f"V: {text}\n")["V"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("!Ref A", "x"),
        ("!Ref C", "${C}"),
        ("!Ref E", ""),
        ("!FindInMap [M, !Ref A, k]", "found"),
        ("!FindInMap [M, !Ref C, k]", "${FindInMap}"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select ['0', !Split [',', 'p,q']]", "p"),
        ("!Select [7, [a]]", "${Select}"),
        ("!Split [',', !Ref C]", "${Split}"),
        ("!If [None, a, b]", "${If}"),
        ("!GetAtt a.b", "${GetAtt}"),
    ],
)
def test_functions(text, found):
    assert value(text) == found


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ("!Equals [!Ref A, x]", True),
        ("!Equals [y, !Ref A]", False),
        ("!Equals [!Ref C, x]", None),
        ("!Equals [!Ref E, '']", True),
        ("!Not [!Equals [!Ref A, x]]", False),
        ("!And [!Equals [!Ref A, x], !Equals [!Ref C, x]]", None),
        ("!And [!Equals [!Ref A, q], !Equals [!Ref C, x]]", False),
        ("!Or [!Equals [!Ref A, x], !Equals [!Ref C, x]]", True),
        ("!Or [!Equals [!Ref A, q], !Condition D]", False),
        ("!Condition Q", None),
        ("!Condition Loop", None),
        ("text", None),
        ("!Strange [a]", None),
    ],
)
def test_conditions(condition, is_true):
    rest = f"Conditions: {{T: {condition}, D: !Equals [a, b], Loop: !Not [!Condition Loop]}}\n"
    assert Evaluated(template(rest), {}).condition("T") is is_true


def chosen(rest, conditions=""):
    given = template(f"Conditions: {{{conditions}}}\nR: {rest}\n")
    return choices(given, [given["R"]])


def test_choices_are_of_what_conditions_and_maps_depend_on():
    assert chosen("{P: !Ref A}") == ([{}], False)
    found, more = chosen("{P: !If [T, a, b], Q: !FindInMap [M, !Ref A, k]}", "T: !Equals [!Ref B, c], U: !Equals [!Ref C, d]")
    assert found == [{"A": a, "B": b} for a in ("x", "z", "\0") for b in ("b", "c")]
    assert not more


def test_a_condition_of_a_resource_and_conditions_of_conditions():
    found, _ = chosen("{Condition: T}", "T: !Or [!Condition U, !Equals [!Ref 'AWS::Region', eu]], U: !Equals [!Ref E, '']")
    assert {name for values in found for name in values} == {"AWS::Region", "E"}
    assert found[0] == {"AWS::Region": "eu", "E": ""}


def test_a_value_that_is_none_of_those_that_are_named():
    given = template("Conditions: {T: !Equals [!Ref C, d]}\n")
    evaluated = Evaluated(given, {"C": "\0"})
    assert (evaluated.condition("T"), evaluated.value(as_function("Ref", "C", 1))) == (False, "${C}")


def test_choices_are_bounded():
    names = [f"P{n}" for n in range(40)]
    conditions = ", ".join(f"T{n}: !Equals [!Ref {name}, a]" for n, name in enumerate(names))
    found, more = chosen("{P: [" + ", ".join(f"!If [T{n}, a, b]" for n in range(40)) + "]}", conditions)
    assert (len(found), more) == (MAX_CHOICES, True)
    assert found[0] == dict.fromkeys(names, "a")


def test_many_maps_are_not_multiplied():
    levels = ", ".join(f"l{n}: {{k: v}}" for n in range(3000))
    chosen = "!FindInMap [M, !Ref A, !Ref C], " * 3000
    given = yaml_document.read(
        f"Parameters: {{A: {{}}, C: {{}}}}\nMappings: {{M: {{{levels}}}}}\nR: {{P: [{chosen}]}}\n", as_function
    )[0]
    with ends():
        assert len(choices(given, [given["R"]])[0]) == MAX_CHOICES


def test_hostile_conditions():
    deep = "!Not [" * 150 + "!Ref A" + "]" * 150
    row = ", ".join(f"T{n}: !And [!Condition T{n + 1}, !Condition T{n + 1}]" for n in range(400))
    with ends():
        for conditions in (f"T0: {deep}", f"{row}, T400: !Equals [a, a]", "T0: !Or [" + "!Equals [a, b], " * 5000 + "]"):
            given = template(f"Conditions: {{{conditions}}}\nR: !If [T0, a, b]\n")
            for values in choices(given, [given["R"]])[0]:
                Evaluated(given, values).condition("T0")


def test_values_are_bounded():
    given = template("R: &a [&b [" + "x, " * 1000 + "]" + ", *b" * 300 + "]\n")
    with pytest.raises(FileLimitError):
        Evaluated(given, {}).value(given["R"])
