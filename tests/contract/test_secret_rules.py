"""Rules for every rule: its example is found and redacted, what is harmless is not, and hostile text costs linear time."""

import re

import pytest
from tests.support.secrets import assigned, filled
from tests.support.work import ends, steps

from careen.secrets.find import find
from careen.secrets.keywords import Keywords
from careen.secrets.prefilter import prefilter
from careen.secrets.ruleset import REACH, Rule, load, pair_pattern, pattern
from careen.secrets.verify import CHECKS

RULES = {rule.id: rule for rule in load()}
HOSTILE_BYTES = 150_000  # some 30 ms; quadratic: half a minute
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())


def name_of(rule: Rule) -> str:
    """A file that the rule looks into."""
    return f"srv/app/{(*rule.names, *('x' + suffix for suffix in rule.suffixes), 'settings.txt')[0]}"


def texts(rule: Rule, seed: int) -> list[str]:
    value = filled(rule.example, seed)
    if not rule.near or rule.paired:
        return [value, f"first line\n{value}\nlast line\n"]
    return assigned(plain(rule.near[0]), value)


def plain(near: str) -> str:
    """A name that the expression matches."""
    near = re.sub(r"\[[^\]]*\](?:\?|\{0,\d+\})", "", near)
    return re.sub(r"\(\?:(\w+)[^)]*\)|\[(\w)[^\]]*\]|\?", lambda found: found[1] or found[2] or "", near)


@each_rule
def test_the_example_is_found(rule: Rule) -> None:
    for seed in (1, 2):
        for text in texts(rule, seed):
            found = [one.id for one in find(text.encode(), name_of(rule))]
            assert rule.id in found, text


@each_rule
def test_the_keyword_filter_loses_nothing_of_it(rule: Rule) -> None:
    text = texts(rule, 3)[0].encode()
    using = Keywords(load())
    assert rule.id in [found.id for found, _ in using.candidates(text, name_of(rule))]


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if "{" in rule.example], ids=lambda rule: rule.id)
def test_no_secret_leaves_the_reader(rule: Rule) -> None:
    for text in texts(rule, 4):
        match = pattern(rule).search(text.encode())
        assert match
        value = match["secret"].decode() if "secret" in match.re.groupindex else match[0].decode()
        for one in find(text.encode(), name_of(rule)):
            if one.id == rule.id:
                shown = one.match.removesuffix("…(redacted)")
                assert shown != one.match
                kept = shown if not rule.near and value.startswith(shown) else ""
                rest = value[len(kept) :]
                assert not any(rest[at : at + 6] in shown for at in range(max(1, len(rest) - 5))), one.match


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule in RULES.values() for text in rule.harmless], ids=lambda value: str(value)[:40]
)
def test_the_harmless_is_not_reported(rule: Rule, text: str) -> None:
    assert rule.id not in [one.id for one in find(text.encode(), name_of(rule))]


@each_rule
def test_it_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.title
    assert not rule.check or rule.check in CHECKS
    assert all(word == word.lower() for word in rule.keywords)
    assert "(?P<secret>" not in rule.value
    assert not rule.pair or re.compile(rule.pair.encode())
    longest = re._parser.parse(rule.expression).getwidth()[1]  # type: ignore[attr-defined]
    assert longest <= REACH, "a match could be longer than the windows overlap"


@each_rule
def test_hostile_text_costs_linear_time(rule: Rule) -> None:
    example = texts(rule, 5)[0].encode()
    expression = pattern(rule)
    for unit in (example[:-1] + b" ", example[: len(example) // 2], example[-1:]):
        with ends(unit):
            for _ in expression.finditer(unit * (HOSTILE_BYTES // len(unit))):
                pass


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.paired], ids=lambda rule: rule.id)
def test_a_part_of_a_credential_counts_only_beside_the_other(rule: Rule) -> None:
    text = filled(rule.example, 6).encode()
    alone = pair_pattern(rule).sub(b"-", text)
    assert rule.id in [one.id for one in find(text, name_of(rule))]
    assert rule.id not in [one.id for one in find(alone, name_of(rule))]


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.paired], ids=lambda rule: rule.id)
def test_many_ids_cost_linear_time(rule: Rule) -> None:
    unit = filled(rule.example, 7).encode() + b"\n"
    text = unit * (HOSTILE_BYTES // len(unit))
    with ends(unit):
        assert len(find(text, name_of(rule))) <= 200


def test_a_token_is_found_whose_keyword_is_far_after_its_start() -> None:
    head = "eyJ4NXQiOiJ" + "Ab3dEf9h" * 40
    text = f'x = 1\n"token": "{head}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{"Qx7-_b9Z" * 6}"\n'.encode()
    assert [one.id for one in find(text, "srv/app/settings.txt")] == ["json-web-token"]
    assert [one.id for one in find(text, "srv/app/settings.txt", Keywords(load()))] == ["json-web-token"]


def test_the_result_is_the_same_before_and_after_compiling() -> None:
    pytest.importorskip("hyperscan")
    using = prefilter.__wrapped__()
    samples = [(text.encode(), name_of(rule)) for rule in RULES.values() for text in (*texts(rule, 5), *rule.harmless)]
    samples += [(b"x" * 9000 + b"\n" + text, path) for text, path in samples[::20]]
    before = [find(text, path, using) for text, path in samples]
    assert "_automaton" not in vars(using)
    for _ in range(20):
        using.candidates(b"\n" * (1 << 18), "srv/x")
    assert [find(text, path, using) for text, path in samples] == before
    assert "_automaton" in vars(using)
    assert any(before)


def test_rules_name_the_documentation_of_the_form() -> None:
    assert sum(bool(rule.source) for rule in RULES.values()) >= 270


def test_there_are_enough_rules() -> None:
    assert len(RULES) >= 600
    assert len(RULES) == len(load())


def test_python_does_not_look_at_each_line_of_a_long_text() -> None:
    pytest.importorskip("hyperscan")
    line = b"def handler(request, context):  # of no interest: key = value, token = lookup(request)\n"
    text = line * (20_000_000 // len(line))
    find(text[: 5 << 20], "x.py")  # enough for a table to be made
    assert steps(lambda: find(text, "srv/app/x.py")) < 20_000
    assert find(text, "srv/app/x.py") == ()
