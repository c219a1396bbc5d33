import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.secrets.ruleset import Rule, _rule, load, matches, pattern
from tests.support.leading import leading
from tests.support.secrets import filled


def test_ids_are_unique():
    ids = [rule.id for rule in load()]
    assert len(ids) == len(set(ids))


def test_names_are_the_keywords_of_an_assignment():
    rule = _rule("x", {"title": "X", "example": "{hex8}", "near": ["Adobe"], "value": "[0-9a-f]{8}"})
    assert rule.keywords == ("adobe",)


@pytest.mark.parametrize(
    "table", [{}, {"token": "a", "near": ["b"], "value": "c"}, {"near": ["b"]}, {"token": "a", "unknown": 1}]
)
def test_a_rule_that_is_not_well_formed_is_refused(table):
    with pytest.raises(ValueError, match="rule x: "):
        _rule("x", {"title": "X", "example": "y"} | table)


@pytest.mark.parametrize(
    ("rule", "path", "applies"),
    [
        (Rule("X", "y"), "any/file", True),
        (Rule("X", "y", names=(".npmrc",)), "root/.NPMRC", True),
        (Rule("X", "y", names=(".npmrc",)), "root/npmrc", False),
        (Rule("X", "y", suffixes=(".pem",)), "a/b.pem", True),
        (Rule("X", "y", names=(".env",)), "a/prod.env", True),
        (Rule("X", "y", names=(".env",)), "a/.env.production", True),
        (Rule("X", "y", names=(".npmrc",)), "a/prod.env", False),
    ],
)
def test_files_of_a_rule(rule, path, applies):
    assert rule.applies(path) is applies


@pytest.mark.parametrize(
    ("bounds", "text", "found"),
    [
        ("word", b"tok_1", True),
        ("word", b"xtok_1", False),
        ("word", b"tok_1x", False),
        ("start", b"tok_1x", True),
        ("end", b"xtok_1", True),
        ("base64", b"tok_1=", False),
        ("base64-end", b"/tok_1", True),
        ("none", b"xtok_1x", True),
    ],
)
def test_bounds(bounds, text, found):
    assert bool(pattern(Rule("X", "y", id=f"x-{bounds}", token="tok_1", bounds=bounds)).search(text)) is found


def test_the_value_of_an_assignment_is_the_secret():
    rule = Rule("X", "y", id="x-near", near=("adobe",), value="[0-9a-f]{8}")
    match = pattern(rule).search(b'ADOBE_KEY = "0123abcd"')
    assert match
    assert match["secret"] == b"0123abcd"
    assert (
        pattern(Rule("X", "y", id="x-cased", near=("adobe",), value="[0-9a-f]{8}", cased=True)).search(b"ADOBE=0123abcd")
        is None
    )


@pytest.mark.parametrize("rule", [rule for rule in load() if rule.begins], ids=lambda rule: rule.id)
def test_every_match_of_a_rule_begins_as_the_rule_states(rule):
    words = tuple(word.encode() for word in rule.begins)
    assert [text for text in leading(pattern(rule).pattern) if not text.startswith(words)] == []


def test_most_rules_state_how_their_matches_begin():
    assert sum(bool(rule.begins) for rule in load()) > 400


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (rb"(?<!x)\bAb-[0-9]{3}", {b"ab-"}),
        (rb"(?i:ab|c[de])f", {b"abf", b"cdf", b"cef"}),
        (rb"ab?c", {b"ac", b"abc"}),
        (rb"a{2,3}b", {b"a"}),
        (rb"a*b", {b""}),
        (rb"[a-z]b", {b""}),
        (rb"a(?:b+|c)d", {b"ab", b"acd"}),
    ],
)
def test_how_matches_begin_by_the_parser(expression, expected):
    assert leading(expression) == expected


@given(st.data())
def test_a_rule_that_states_how_its_matches_begin_finds_what_its_expression_finds(data):
    rule = data.draw(st.sampled_from([rule for rule in load() if rule.begins]))
    parts = data.draw(
        st.lists(st.sampled_from([filled(rule.example), *rule.begins, "=", " ", "\n", "a", "public", '"', "Z9"]), max_size=8)
    )
    text = "".join(parts).encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = [match.span() for match in matches(rule, text, text.lower(), start, end)]
    assert found == [match.span() for match in pattern(rule).finditer(text, start, end)]


def test_a_match_does_not_begin_within_the_one_before():
    rule = next(rule for rule in load() if rule.id == "assigned-credential")
    text = b'secret = "token=aaaaaaaaaaaaaaaaaaaaaaaaa1"\n'
    assert [match.start() for match in matches(rule, text, text, 0, len(text))] == [0]


def test_a_suffix_may_have_folders():
    rule = next(rule for rule in load() if rule.id == "kubeconfig-credential")
    assert rule.applies("root/.kube/config")
    assert rule.applies("ci/Prod.kubeconfig")
    assert not rule.applies("app/.git/config")
