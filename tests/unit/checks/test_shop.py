"""Six services on Compose and on Kubernetes with planted misconfigurations: all of them are found, and nothing else."""

import pytest
from tests.conftest import ROOT

from careen.checks.run import run
from careen.formats.kubernetes import manifest_files
from careen.formats.services import compose
from careen.plugins import Check, load

FOUND = {
    "compose.yaml": {
        *(
            ("CMP-001", 67),
            ("CMP-002", 69),
            ("CMP-005", 32),
            ("CMP-005", 42),
            ("CMP-011", 18),
            ("CMP-011", 52),
        ),
        *(
            ("CMP-017", 37),
            ("CMP-017", 64),
            ("CMP-021", 40),
            ("CMP-022", 58),
            ("CMP-027", 70),
            ("CMP-035", 52),
        ),
    },
    "kubernetes.yaml": {
        *(
            ("K8S-001", 414),
            ("K8S-002", 395),
            ("K8S-005", 425),
            ("K8S-006", 424),
            ("K8S-012", 201),
            ("K8S-012", 398),
        ),
        *(
            ("K8S-018", 425),
            ("K8S-023", 341),
            ("K8S-024", 223),
            ("K8S-025", 394),
            ("K8S-026", 151),
            ("K8S-026", 227),
        ),
        *(
            ("K8S-103", 424),
            ("NWP-003", 318),
            ("NWP-005", 298),
            ("NWP-006", 77),
            ("NWP-007", 301),
            ("RBC-004", 459),
        ),
        *(("RBC-010", 393),),
    },
}
READERS = {
    "compose.yaml": (compose.read, ("compose",)),
    "kubernetes.yaml": (manifest_files.read, ("kubernetes", "rbac", "network")),
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
    planted = {number for number, line in enumerate(lines, 1) if "# WRONG" in line}
    assert {line for _, line in FOUND[name]} == planted
