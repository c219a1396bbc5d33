"""Dockerfiles over the evaluation cases: parse trees, words, and the rules of other tools by our map."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from tests.acceptance.adaptor import answer

HERE = Path(__file__).parent
RULES = json.loads((HERE / "dockerfile_map.json").read_text("utf-8"))
PEERS = json.loads((HERE / "misconfig_map.json").read_text("utf-8"))


def cases(gold, name):
    with gzip.open(gold / f"{name}.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)


def answer_or_error(request):
    """The answer, or the class of error in its place."""
    try:
        return answer(request)
    except (ValueError, TypeError) as error:
        return type(error)


def test_parse_trees(gold):
    for case in cases(gold, "dockerfile/parse_ast"):
        tree = answer_or_error({"op": "dockerfile_parse", "text": case["input"]})
        assert tree == case["expected"] if case["ok"] else isinstance(tree, type), case["name"]


def test_words(gold):
    usual = ["PWD=/home", "SHELL=bash", "KOREAN=\ud55c\uad6d\uc5b4", "NULL="]
    found = [case for case in cases(gold, "dockerfile/shell_words") if case.get("platform") != "W"]
    right = 0
    for case in found:
        op = "shell_word" if case["op"] == "process_word" else "shell_words"
        words = answer_or_error({"op": op, "word": case["word"], "env": case.get("env", usual), "platform": "linux"})
        right += isinstance(words, type) if case["error"] else words == case["expected"]
    assert right >= 0.99 * len(found)


@pytest.mark.parametrize("tool", ["hadolint", "buildkit"])
def test_rules_of_other_linters(gold, tool):
    pairs = (
        (
            case["rule"],
            case["expected"],
            set(RULES[case["rule"]]) & set(answer_or_error({"op": "dockerfile_lint", "text": case["dockerfile"]})),
        )
        for case in cases(gold, f"dockerfile/lint_{tool}")
        if case["rule"] in RULES and case.get("config", "default") == "default"
    )
    scores = f1_by_rule(pairs)
    assert sum(scores.values()) / len(scores) >= 0.93
    assert sum(rule.startswith("DL") for rule in RULES) >= 60


@pytest.mark.parametrize(("name", "least"), [("trivy_examples", 0.97), ("trivy_rego", 0.95)])
def test_checks_of_another_scanner(gold, name, least):
    pairs = (
        (
            f"{case['tool']}:{case['check']}",
            bool(case["expected"]),
            set(PEERS[f"{case['tool']}:{case['check']}"])
            & {one["id"] for one in answer({"op": "misconfig", "type": "dockerfile", "files": {"Dockerfile": case["input"]}})},
        )
        for case in cases(gold, f"misconfig/{name}")
        if case["type"] == "dockerfile" and f"{case['tool']}:{case['check']}" in PEERS and not case.get("config")
    )
    scores = f1_by_rule(pairs)
    assert sum(scores.values()) / len(scores) >= least


def f1_by_rule(pairs):
    counts = defaultdict(lambda: [0, 0, 0])
    for rule, wanted, hit in pairs:
        counts[rule][0] += bool(wanted and hit)
        counts[rule][1] += bool(hit and not wanted)
        counts[rule][2] += bool(wanted and not hit)
    return {rule: 2 * hit / (2 * hit + much + less) if hit + much + less else 1.0 for rule, (hit, much, less) in counts.items()}


def test_the_maps_are_what_the_checks_say():
    from careen.plugins import Check, load

    by_rule = defaultdict(set)
    for check in load("careen.checks.dockerfile", "CHECK", Check):
        for reference in check.references:
            tool, _, rule = reference.partition(" ")
            by_rule[rule if tool in ("Hadolint", "BuildKit") else f"{tool.lower()}:{rule}"].add(check.id)
    of_dockerfiles = {rule: ids for rule, ids in PEERS.items() if any(id.startswith("DKR-") for id in ids)}
    assert len(of_dockerfiles) >= 50
    for rule, ids in (RULES | of_dockerfiles).items():
        assert by_rule[rule] == set(ids)
