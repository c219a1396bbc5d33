"""Version order and ranges over the evaluation cases: what each of the main schemes must reach."""

import gzip
import json
from collections import defaultdict

import pytest

from tests.acceptance.adaptor import answer

# One set takes an epoch that one side lacks for "any" (which is no order) and a longer release for no newer one.
# rpm does neither; nor do we.
AS_RPM = "grype:rpm_version"
MAIN = ("deb", "rpm", "apk", "pep440", "semver", "npm", "go", "gem", "nuget", "maven", "composer")


@pytest.mark.parametrize(("file", "least"), [("compare", 0.995), ("range", 0.97)])
def test_main_schemes(gold, file, least):
    right, total, wrong = defaultdict(int), defaultdict(int), defaultdict(int)
    sources = defaultdict(int)
    for case in cases(gold, file):
        if case["scheme"] not in MAIN or case["src"] == AS_RPM:
            continue
        total[case["scheme"]] += 1
        sources[case["src"]] += 1
        if met(case):
            right[case["scheme"]] += 1
        else:
            wrong[case["src"]] += 1
    assert total
    assert {scheme: right[scheme] / total[scheme] for scheme in total if right[scheme] < least * total[scheme]} == {}
    assert {source: wrong[source] for source in wrong if wrong[source] > max(1, 0.03 * sources[source])} == {}


def cases(gold, file):
    with gzip.open(gold / "versions" / f"{file}.jsonl.gz", "rt", errors="surrogateescape") as lines:
        for case in map(json.loads, lines):
            if not (case.get("disputed") or case.get("fuzzy") or case.get("strategy")):
                yield case


def met(case):
    try:
        found = answer({"op": "in_range" if "range" in case else "compare", **case})
    except ValueError:
        return False
    if "range" in case:
        return found is case["expected"]
    return found == case["sign"] or (case.get("le") and found == 0)
