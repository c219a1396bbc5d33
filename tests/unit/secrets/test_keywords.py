from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.secrets.keywords import Keywords, Words
from careen.secrets.ruleset import Rule, load
from tests.support.secrets import filled

KEYWORDS = Keywords(load())


@given(
    st.lists(st.integers(1, 9), max_size=8),
    st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=5, unique=True),
    st.text("abc", max_size=60),
)
def test_regions_have_the_rules_whose_keywords_are_in_them(lengths, keywords, text):
    """Beside a search of every keyword in every region."""
    ends = list(accumulate(lengths))
    regions = list(zip(ends[::2], ends[1::2], strict=False))
    rules = [Rule(f"rule-{word}", "", token="x", keywords=(word, "bb")) for word in keywords]
    words = Words(rules)
    found = words.in_regions(text.encode(), list(words.words_in(text.encode())), regions)
    expected = {}
    for number, (start, end) in enumerate(regions):
        for rule in rules:
            if any(word in text[start:end] for word in rule.keywords):
                expected.setdefault(rule.id, set()).add(number)
    assert {rule.id: numbers for rule, numbers in found} == expected


@pytest.mark.parametrize("padding", [0, 300])
def test_a_token_is_found_among_much_text(padding):
    text = ("plain words of a text\n" * padding + filled("ghp_{alnum36}")).encode()
    assert "github-personal-access-token" in {rule.id for rule, _ in KEYWORDS.candidates(text, "srv/x")}


def test_plain_text_has_no_candidates():
    assert [rule.id for rule, _ in KEYWORDS.candidates(b"plain words of a text\n" * 300, "srv/x")] == []


def test_every_keyword_finds_its_rule():
    for rule in load():
        path = f"srv/{(*rule.names, *('x' + suffix for suffix in rule.suffixes), 'x')[0]}"
        for word in rule.keywords:
            found = {other.id for other, _ in KEYWORDS.everywhere(word.encode(), path)}
            assert rule.id in found, word
