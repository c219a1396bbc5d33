"""Rules and entries of a .careen.yaml."""

from datetime import date

import pytest

from careen.errors import UsageError
from careen.formats.data.yaml_document import read
from careen.policy.accept import Accept
from careen.policy.ignores import Ignore
from careen.policy.ignores_careen import accepts, rules


def document(text):
    (found,) = read(text)
    return found


def test_one_rule_for_each_id():
    text = "ignore:\n- {id: [CVE-1, CVE-2], layer: 0, kind: secret, expires: 2027-01-31, owner: us}\n- package: a\n"
    common = {"until": date(2027, 1, 31), "layer": 0, "kinds": frozenset(("secret",)), "owner": "us"}
    assert rules(document(text), "f") == (
        Ignore("CVE-1", "f:2", **common),
        Ignore("CVE-2", "f:2", **common),
        Ignore("*", "f:3", package="a"),
    )


@pytest.mark.parametrize("rule", ["{id: '*', kind: secret}", "{id: '*', fix: open}", "{path: a}", "{layer: 0}", "{purl: a}"])
def test_a_rule_with_a_condition(rule):
    assert len(rules(document(f"ignore: [{rule}]"), "f")) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignored: []", "f:1: unknown key 'ignored'"),
        ("ignore: a", "f:1: ignore: is not a list"),
        ("ignore:\n- a", "f:2: a rule is a mapping"),
        ("ignore:\n- {kind: secret}", "f:2: the rule names no id"),
        ("ignore:\n- {reason: x}", "the rule names no id"),
        ("ignore:\n- {id: '*'}", "it would ignore everything"),
        ("ignore:\n- {id: CVE-1, layer: -1}", "layer '-1' is not the number of a layer"),
        ("ignore:\n- {id: CVE-1, layer: true}", "is not the number of a layer"),
        ("ignore:\n- {id: CVE-1, kind: bug}", "kind 'bug' is not one of vulnerability, secret, misconfiguration"),
        ("ignore:\n- {id: CVE-1, until: soon}", "'soon' is not a date"),
        ("ignore:\n- {id: CVE-1, path: ''}", "path is empty"),
        ("ignore:\n- {id: CVE-1, path: [[a]]}", "path is empty, or not a text"),
        ("ignore:\n- {id: CVE-1, path: [{a: b}]}", "path is empty, or not a text"),
        ("ignore:\n- {id: [[CVE-1]], package: a}", "id is empty, or not a text"),
        ("ignore:\n- {id: [CVE-1, ~]}", "id is empty, or not a text"),
        ("ignore:\n- {id: '**'}", "it would ignore everything"),
        ("ignore:\n- {id: [CVE-1, '?*']}", "it would ignore everything"),
        ("ignore:\n- {id: CVE-1, owner: [a]}", "owner is empty, or not a text"),
        ("ignore:\n- id: CVE-1\n  pats: a", "f:3: unknown key 'pats'"),
    ],
)
def test_rules_with_an_error(text, message):
    with pytest.raises(UsageError) as caught:
        rules(document(text), "f")
    assert message in str(caught.value)


def test_a_near_key_is_suggested():
    with pytest.raises(UsageError) as caught:
        rules(document("ignore: [{id: CVE-1, pats: a}]"), "f")
    assert caught.value.hint == "did you mean path?"


def test_entries_one_for_each_subject():
    text = "accept:\n- {code: unidentified_files, what: [/opt/**, /srv], reason: ours, owner: us, until: 2027-01-31}\n"
    text += "- code: unpinned"
    assert accepts(document(text), "f") == (
        Accept("unidentified_files", "/opt/**", "f:2", "ours", "us", date(2027, 1, 31)),
        Accept("unidentified_files", "/srv", "f:2", "ours", "us", date(2027, 1, 31)),
        Accept("unpinned", "", "f:3"),
    )
    assert rules(document(text), "f") == accepts(document("ignore: []"), "f") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accept: a", "f:1: accept: is not a list"),
        ("accept: [a]", "f:1: an entry is a mapping"),
        ("accept: [{what: /opt}]", "f:1: the entry has no code"),
        ("accept: [{code: unpinned, path: /opt}]", "unknown key 'path'"),
        ("accept: [{code: unpinned, what: ['']}]", "what is empty, or not a text"),
        ("accept: [{code: unpinned, what: [~]}]", "what is empty, or not a text"),
        ("accept: [{code: unpinned, what: [[/opt]]}]", "what is empty, or not a text"),
        ("accept: [{code: no_database}]", "this cannot be accepted"),
    ],
)
def test_entries_with_an_error(text, message):
    with pytest.raises(UsageError) as caught:
        accepts(document(text), "f")
    assert message in str(caught.value)
