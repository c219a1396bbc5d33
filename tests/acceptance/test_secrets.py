"""Secrets over the evaluation cases: what the adopted rules must reach together."""

import gzip
import json
from collections import Counter

from tests.acceptance.adaptor import answer
from tests.conftest import ROOT

ADOPTED = json.loads((ROOT / "tests/acceptance/secrets_map.json").read_text())


def cases(gold, file):
    with gzip.open(gold / "secrets" / f"{file}.jsonl.gz", "rt", errors="surrogateescape") as lines:
        yield from map(json.loads, lines)


def f1(counts):
    return 2 * counts["right"] / (2 * counts["right"] + counts["false"] + counts["missed"])


def found_in(case):
    return answer({"op": "secrets", "text": case["input"], "path": case.get("path", "file.txt")})


def test_rules_that_others_have_too(gold):
    counts = Counter()
    rules = set()
    for case in cases(gold, "gitleaks"):
        ours = ADOPTED.get(f"{case['tool']}:{case['rule']}")
        if ours is None:
            continue
        rules.add(case["rule"])
        hit = any(one["rule"] in ours for one in found_in(case))
        counts["right" if hit and case["expected"] else "false" if hit else "missed" if case["expected"] else "none"] += 1
    assert len(rules) >= 200
    assert f1(counts) >= 0.98, counts


def test_lines_of_files(gold):
    """Cases whose expectation lost its line when it was taken over cannot be met by any answer."""
    counts = Counter()
    for case in cases(gold, "trivy_secret"):
        lines = {one["start"] for one in case["expected"]}
        if None in lines or (case["config"] and case["config_name"] != "skip-test.yaml"):
            continue
        ours = {one["start_line"] for one in found_in(case)}
        counts["right"] += len(lines & ours)
        counts["false"] += len(ours - lines)
        counts["missed"] += len(lines - ours)
    assert counts["right"] >= 25
    assert f1(counts) >= 0.97, counts
