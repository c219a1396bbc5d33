"""Checks of Kubernetes over the cases of other tools, by the map of their names to ours."""

import gzip
import json
from pathlib import Path

import pytest

from tests.acceptance.adaptor import answer

MAP = json.loads(Path(__file__).with_name("misconfig_map.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "least"), [("trivy_examples", 0.97), ("trivy_rego", 0.97), ("polaris", 0.97), ("kube_linter", 0.97)]
)
def test_cases_of_other_tools(gold, name, least):
    hits, extra, missed = 0, [], []
    for case in cases(gold, name):
        found = {one["id"] for one in answer({"op": "misconfig", "type": "kubernetes", "files": files(case)})}
        fires, wanted = bool(found & set(MAP[f"{case['tool']}:{case['check']}"])), bool(case["expected"])
        hits += fires and wanted
        if fires != wanted:
            (extra if fires else missed).append(case["src"])
    assert hits
    assert 2 * hits / (2 * hits + len(extra) + len(missed)) >= least, (extra, missed)


def test_the_map_is_wide():
    ours = {peer: ids for peer, ids in MAP.items() if not any(id.startswith("DKR-") for id in ids)}
    assert len(ours) >= 110
    assert len({id for ids in ours.values() for id in ids}) >= 110


def cases(gold, name):
    with gzip.open(gold / "misconfig" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            known = f"{case['tool']}:{case['check']}" in MAP and not case.get("config") and not case.get("postures")
            if known and case["type"] == "kubernetes":
                yield case


def files(case):
    text = case.get("input") or ""
    return case.get("files") or {"input.json" if text.lstrip().startswith(("{", "[")) else "input.yaml": text}
