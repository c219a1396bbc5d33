"""Rules in the syntax before OPA 1.0: converted to v1, and evaluated as they are meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.rego import needs_rego

from careen.formats.data import rego
from careen.formats.data.rego_v0 import as_v1

PAIRS = (
    ("deny[res] {\n\tres := 1\n}", "deny contains res if {\n\tres := 1\n}"),
    ('deny["a"] { true }', 'deny contains "a" if { true }'),
    ('deny[{"message": m}] { m := "x" }', 'deny contains {"message": m} if { m := "x" }'),
    ("ok { true }", "ok if { true }"),
    ("f(x) = y { y := x }", "f(x) := y if { y := x }"),
    ("f(x) { x == 1 } else = 2 { true }", "f(x) if { x == 1 } else := 2 if { true }"),
    ("names[k] = v { v := input[k] }", "names[k] := v if { v := input[k] }"),
    ("limits := {1, 2}", "limits := {1, 2}"),
    ("limits = {\n  1,\n}\nok { true }", "limits = {\n  1,\n}\nok if { true }"),
    ("default ok = false\nok { input.x }", "default ok = false\nok if { input.x }"),
    ("deny contains x if { x := 1 }", "deny contains x if { x := 1 }"),
    ("import rego.v1\nok if { true }", "import rego.v1\nok if { true }"),
    ("# deny[x] { y }\nok { true }", "# deny[x] { y }\nok if { true }"),
    ("s := `\ndeny[x] {\n`\nok { true }", "s := `\ndeny[x] {\n`\nok if { true }"),
    ('ok { x := "}" } # }\nno { false }', 'ok if { x := "}" } # }\nno if { false }'),
    ("all_of { every x in [1] { x > 0 } }", "all_of if { every x in [1] { x > 0 } }"),
)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_heads_get_their_keywords_and_lines_stay(old, new):
    assert as_v1(f"package x\n\n{old}\n") == f"package x\n\n{new}\n"
    assert as_v1(f"package x\n\n{new}\n") == f"package x\n\n{new}\n", "what is v1 stays"


def test_a_head_that_cannot_be_converted_has_its_line():
    with pytest.raises(ValueError, match="line 3: 'a b' is not the head"):
        as_v1("package x\n\na b {\n}\n")


@given(st.text(alphabet='abc[](){}"`#\n :=.', max_size=80))
def test_any_text_is_converted_or_refused(text):
    try:
        found = as_v1(text)
    except ValueError:
        return
    assert found.count("\n") == text.count("\n")


def test_the_interpreter_gives_a_set():
    needs_rego()
    old = 'package user.foo\n\ndeny[res] {\n\tinput.names[_] == "a"\n\tres := "bad: a"\n}\n'
    assert rego.evaluate([("x", as_v1(old))], ["data.user.foo.deny"], [{"names": ["b", "a"]}]) == [[["bad: a"]]]
