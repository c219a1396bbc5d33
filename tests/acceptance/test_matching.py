"""Pairs of package and vulnerability that others expect, over their own fixture databases."""

import gzip
import json

import pytest

from tests.acceptance.adaptor import answer

POOLED = ("library", "ospkg/alpine", "ospkg/debian", "ospkg/ubuntu", "ospkg/alma")
OTHERS = (
    "ospkg/amazon", "ospkg/azure", "ospkg/chainguard", "ospkg/echo", "ospkg/minimos", "ospkg/oracle", "ospkg/photon",
    "ospkg/redhat", "ospkg/rocky", "ospkg/suse", "ospkg/wolfi",
)  # fmt: skip
PATCHED = ("ospkg/rapidfort", "ospkg/rootio", "ospkg/seal")


@pytest.mark.parametrize("detectors", [POOLED, OTHERS, PATCHED], ids=["main", "others", "patched"])
def test_at_most_three_pairs_missed_or_too_many(gold, detectors):
    wrong, right = set(), 0
    with gzip.open(gold / "trivy_e2e" / "detectors.jsonl.gz", "rt") as lines:
        cases = [case for case in map(json.loads, lines) if case["detector"] in detectors]
    for case in cases:
        request = {
            "op": "match_many",
            "detector": case["detector"],
            "distro_version": case["os_version"],
            "repo": case["repo"],
            "packages": case["packages"],
            "db_files": [str(gold / "trivy_e2e" / "db" / name) for name in case["db"]],
        }
        expected = {(pair["pkgname"], pair["vulnerabilityid"]) for pair in case["expected"]}
        found = {(pair["package"], pair["id"]) for pair in answer(request)}
        right += len(expected & found)
        wrong |= {(case["name"], *pair) for pair in expected ^ found}
    assert right > 20
    assert len(wrong) <= 3, sorted(wrong)
