"""Six services on Compose and on Kubernetes with planted faults: all of them are found, and none is invented."""

import pytest
from tests.conftest import ROOT

from careen.checks.run import run
from careen.formats import compose, kubernetes
from careen.plugins import Check, load

FOUND = {
    "compose.yaml": {
        *(
            ("CMP-001", 63),
            ("CMP-002", 65),
            ("CMP-005", 30),
            ("CMP-005", 40),
            ("CMP-011", 17),
            ("CMP-011", 50),
            ("CMP-017", 35),
        ),
        *(("CMP-021", 38), ("CMP-022", 56), ("CMP-027", 66), ("CMP-035", 50)),
    },
    "kubernetes.yaml": {
        *(("K8S-001", 395), ("K8S-002", 376), ("K8S-005", 406), ("K8S-006", 405), ("K8S-012", 189), ("K8S-018", 406)),
        *(("K8S-023", 322), ("K8S-024", 211), ("K8S-025", 375), ("K8S-026", 141), ("K8S-026", 215), ("K8S-103", 405)),
        *(("NWP-005", 281), ("NWP-006", 77), ("NWP-007", 284), ("RBC-004", 437), ("RBC-010", 374)),
    },
}
READERS = {
    "compose.yaml": (compose.read, ("compose",)),
    "kubernetes.yaml": (kubernetes.read, ("kubernetes", "rbac", "network")),
}


def inspect(name):
    text = (ROOT / "examples/shop" / name).read_text("utf-8")
    read, folders = READERS[name]
    checks = [one for folder in folders for one in load(f"careen.checks.{folder}", "CHECK", Check) if one.default]
    return text.splitlines(), run(checks, read([(name, text)]), name)


@pytest.mark.parametrize("name", FOUND)
def test_what_is_planted_is_found_and_nothing_else(name):
    lines, outcome = inspect(name)
    assert {(one.id, one.location.line) for one in outcome.findings} == FOUND[name]
    assert {one.location.path for one in outcome.findings} == {name}
    assert outcome.unknowns == ()
    planted = {number for number, line in enumerate(lines, 1) if "# FAULT" in line}
    assert {line for _, line in FOUND[name]} == planted
