"""Where values of Ruby come from."""

import pytest

pytest.importorskip("tree_sitter_ruby")

from careen.behaviour.code.ruby_values import RubyVariables, is_harmless
from careen.behaviour.code.tree import nodes


def last_value(code):
    """(the variables, the right side of the last assignment) of a program."""
    variables, value = RubyVariables(), None
    for node in nodes(code, "ruby"):
        if node.type == "assignment":
            value = node.child_by_field_name("right")
        variables.note(node)
    return variables, value


@pytest.mark.parametrize(
    "code",
    [
        b"x = params[:a]",
        b'x = "a #{cookies[:b].to_s}"',
        b"a = params.fetch(:b); x = a.strip",
        b"x = request.user_agent",
        b"x = Base64.decode64(params[:a])",
        b"x = a ? params[:b] : 'c'",
    ],
    ids=range(6),
)
def test_values_of_a_request(code):
    variables, value = last_value(code)
    assert variables.from_request(value)


@pytest.mark.parametrize(
    "code",
    [
        b"x = params[:a].to_i",
        b"x = clean(params[:a])",
        b"x = params[:a] == 'b'",
        b"a = params[:a]; a = 'b'; x = a",
        b"def f; a = params[:a]; end; x = a",
        b"x = File.basename(params[:a])",
    ],
    ids=range(6),
)
def test_what_is_no_value_of_a_request(code):
    variables, value = last_value(code)
    assert not variables.from_request(value)


def test_constants_and_what_is_quoted():
    variables, value = last_value(b"a = 'b'; x = \"c #{a} #{D} \" + E::F")
    assert not variables.changes(value)
    variables, value = last_value(b'x = "ls #{Shellwords.escape(y)} #{shell_quote(z)}"')
    assert variables.changes(value) and not variables.changes(value, quoted=True)


def test_parts_of_a_statement_that_do_no_harm():
    _, value = last_value(b'x = "select a from #{table_name} where b = #{c.to_i}"')
    assert is_harmless(value)
    _, value = last_value(b'x = "select a from t where b = #{c}"')
    assert not is_harmless(value)
