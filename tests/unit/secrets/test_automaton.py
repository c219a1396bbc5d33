import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.secrets.automaton import Automaton, _widened
from careen.secrets.find import find
from careen.secrets.keywords import Keywords
from careen.secrets.ruleset import load
from tests.support.secrets import filled


@pytest.mark.parametrize(
    ("expression", "widened"),
    [
        (rb"a{3}", rb"a{3}"),
        (rb"a{33}", rb"a{32,}"),
        (rb"a{3,32}", rb"a{3,32}"),
        (rb"a{3,33}", rb"a{3,}"),
        (rb"a{40,}", rb"a{32,}"),
        (rb"x(?P<secret>a{40})", rb"x(?:a{32,})"),
    ],
)
def test_long_repeats_are_widened(expression, widened):
    assert _widened(expression) == widened


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 150))
def test_a_wider_expression_matches_all_that_the_given_one_matches(low, more, length):
    for repeat in (b"{%d}" % low, b"{%d,}" % low, b"{%d,%d}" % (low, low + more)):
        if re.search(b"a" + repeat + b"b", b"a" * length + b"b"):
            assert re.search(_widened(b"a" + repeat + b"b"), b"a" * length + b"b")


def test_it_finds_what_keywords_find():
    pytest.importorskip("hyperscan")
    text = ("plain words\n" * 500 + filled("key = ghp_{alnum36}\n") + filled("algolia_key: '{lower32}'\n")).encode()
    found = find(text, "srv/x", Automaton(load()))
    assert found
    assert found == find(text, "srv/x", Keywords(load()))
