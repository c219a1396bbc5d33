"""What a variable is known to hold."""

import pytest

from careen.behaviour.code.php_values import PhpVariables
from careen.behaviour.code.scope import Scope
from careen.behaviour.code.tree import nodes


def test_a_variable_that_is_set_anew_loses_the_value_of_the_request():
    scope = Scope(9)
    scope.set(b"a", True, True, True)
    assert scope.of_requests == {b"a"}
    scope.set(b"a", False, False, False)
    assert scope.of_requests == {b"a"}
    scope.set(b"a", False, False, True)
    assert scope.of_requests == set()


def test_a_variable_is_fixed_while_it_was_only_set_to_constants():
    scope = Scope(9)
    scope.set(b"a", False, False, True)
    assert scope.fixed == {b"a"}
    scope.set(b"a", False, True, False)
    scope.set(b"a", False, False, True)
    assert scope.fixed == set()


def test_a_value_with_too_many_parts_is_not_constant():
    pytest.importorskip("tree_sitter_php")
    parsed = nodes(b"<?php\n" + b"'a' . " * 400 + b"'b';", "php", "language_php")
    value = next(node for node in parsed if node.type == "binary_expression")
    assert PhpVariables().changes(value)
