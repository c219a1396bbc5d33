"""Dangerous code in JavaScript that gets values of a request."""

import pytest

from careen.behaviour.code.javascript import javascript_matches

pytest.importorskip("tree_sitter_javascript")
EXEC = "const {exec} = require('child_process');\n"


def severities(text):
    return [(match.rule, match.severity) for match in javascript_matches(text.encode())]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (EXEC + "exec('ping ' + req.query.host, done)", "COD-001"),
        (EXEC + "exec(`ping ${req.params['host']}`)", "COD-001"),
        ("eval(request.body.code)", "COD-002"),
        ("new Function('a', ctx.query.code)", "COD-002"),
        ("serialize.unserialize(req.cookies.profile)", "COD-003"),
        ('db.query("select a from b where c = " + req.query.c)', "COD-004"),
    ],
)
def test_values_of_a_request_are_severe(text, rule):
    assert severities(text) == [(rule, "high")]


@pytest.mark.parametrize(
    "text",
    [
        EXEC + "exec('ping ' + host, () => res.send(req.query.host))",
        EXEC + "exec('head -' + parseInt(req.query.lines))",
        EXEC + "exec('ping ' + shellQuote(req.query.host))",
        EXEC + "exec(COMMANDS[req.query.name])",
        "eval(code)",
    ],
)
def test_other_values_are_not(text):
    assert [severity for _, severity in severities(text)] == [None]
