"""What a variable is known to hold."""

from careen.behaviour.code.scope import Scope


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
