import pytest

from careen.behaviour.families import ANCHOR_LETTERS, calls, capabilities, expression, read_rules


def test_every_rule_and_expression_can_be_read():
    for capability in capabilities():
        for atom in (atom for group in (*capability.needs, capability.without) for atom in group):
            if atom.kind == "pattern":
                assert expression(atom.value).search(b"") is None
            if atom.kind == "call":
                assert atom.value in calls()
    for languages in calls().values():
        for call in languages.values():
            assert call.words
            assert all(searched.search(b"") is None for searched in call.expressions)


def test_names_are_unique():
    names = [capability.name for capability in capabilities()]
    assert len(names) == len(set(names))


def test_the_anchor_of_a_text_is_its_longest_word():
    (rule,) = read_rules('[[rule]]\nname = "x"\nneeds = [["text:/etc/shadow", "text:a.b"]]\n')
    assert [atom.anchor for atom in rule.needs[0]] == [b"shadow", b""]
    assert ANCHOR_LETTERS == 4


def test_an_unknown_key_is_refused():
    with pytest.raises(ValueError, match="unknown"):
        read_rules('[[rule]]\nname = "x"\nneeds = [["text:a"]]\nneed = 1\n')
