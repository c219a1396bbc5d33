"""Where values of PHP come from."""

import pytest

pytest.importorskip("tree_sitter_php")

from careen.behaviour.code.php_values import PhpVariables, is_harmless
from careen.behaviour.code.tree import named, nodes


def last_value(code):
    """(the variables, the right side of the last assignment) of a program."""
    variables, value = PhpVariables(), None
    for node in nodes(b"<?php\n" + code, "php", "language_php"):
        if node.type == "assignment_expression":
            value = node.child_by_field_name("right")
        variables.note(node)
    return variables, value


@pytest.mark.parametrize(
    "code",
    [
        b"$x = $_GET['a'];",
        b"$x = trim(\"a {$_POST['b']}\");",
        b"$a = $_COOKIE; $x = $a['b'] ?? '';",
        b"$x = $_SERVER['HTTP_REFERER'];",
        b"$x = $request->input('a');",
        b"$x = $a ? $_GET['b'] : 'c';",
        b"$x = base64_decode(strrev($_REQUEST['a']));",
    ],
    ids=range(7),
)
def test_values_of_a_request(code):
    variables, value = last_value(code)
    assert variables.from_request(value)


@pytest.mark.parametrize(
    "code",
    [
        b"$x = (int) $_GET['a'];",
        b"$x = intval($_GET['a']) . clean($_GET['b']);",
        b"$x = $_SERVER['DOCUMENT_ROOT'];",
        b"$x = $_FILES['a']['tmp_name'];",
        b"$x = $_GET['a'] === 'b';",
        b"$x = $_GET['a'] ? 'b' : 'c';",
        b"$a = $_GET['a']; $a = 'b'; $x = $a;",
        b"function f() { $a = $_GET['a']; } $x = $a;",
    ],
    ids=range(8),
)
def test_what_is_no_value_of_a_request(code):
    variables, value = last_value(code)
    assert not variables.from_request(value)


def test_constants_and_what_is_quoted():
    variables, value = last_value(b"$a = 'b'; $x = \"c $a \" . D . E::F;")
    assert not variables.changes(value)
    variables, value = last_value(b"$x = 'ls ' . escapeshellarg($y) . (int) $z;")
    assert variables.changes(value) and not variables.changes(value, quoted=True)


def test_parts_of_a_statement_that_do_no_harm():
    _, value = last_value(b"$x = \"SELECT a FROM {$wpdb->posts} WHERE b=\" . intval($c) . ' LIMIT ' . (int) $d;")
    assert is_harmless(value)
    _, value = last_value(b'$x = "SELECT a FROM t WHERE b=$c";')
    assert not is_harmless(value) and named(value)
