"""Bounds of the walk through a syntax tree."""

import pytest

from careen.behaviour.code import tree
from careen.behaviour.code.tree import line_of, named, nodes, number, text, unquoted

pytest.importorskip("tree_sitter_php")


def parsed(code):
    return list(nodes(code, "php", "language_php"))


def test_nodes_come_before_their_children():
    found = parsed(b"<?php\n$a = 'b';\n")
    assert [node.type for node in found if node.is_named][:5] == [
        "program", "php_tag", "expression_statement", "assignment_expression", "variable_name",
    ]  # fmt: skip
    (assignment,) = [node for node in found if node.type == "assignment_expression"]
    assert (line_of(assignment), unquoted(named(assignment)[1])) == (2, b"b")


@pytest.mark.parametrize(
    ("name", "limit", "why"),
    [("MAX_BYTES", 10, "19 bytes is too large"), ("MAX_LINE", 5, "minified"), ("MAX_NODES", 3, "more than 3 parts")],
)
def test_what_is_too_large_is_refused(monkeypatch, name, limit, why):
    monkeypatch.setattr(tree, name, limit)
    with pytest.raises(ValueError, match=why):
        parsed(b"<?php\n$a = 1; $b=2;")


def test_what_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(tree, "TIMEOUT_S", -1.0)
    with pytest.raises(ValueError, match="too long"):
        parsed(b"<?php\n" + b"$a = [1, 2, 3];\n" * 20_000)


def test_a_language_without_its_grammar_is_not_read(monkeypatch):
    monkeypatch.setitem(tree._LANGUAGES, "nothing", "Nothing")
    with pytest.raises(ValueError, match=r"to read Nothing, install careen\[behaviour\]"):
        list(nodes(b"", "nothing"))


def test_values_of_what_is_missing_or_long():
    assert (named(None), text(None), number(None)) == ([], b"", 1 << 20)
    (program,) = [node for node in parsed(b"<?php\n" + b"$a = 1;\n" * 1_001) if node.type == "program"]
    assert (named(program), text(program)) == ([], b"")
