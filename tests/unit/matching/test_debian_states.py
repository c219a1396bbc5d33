"""Each state of Debian's tracker, from the tracker's own shape to what is reported."""

import json

import pytest
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, deb

from careen.advisories import debian
from careen.database.memory import MemoryDatabase
from careen.matching.coverage import coverage
from careen.matching.match import match
from careen.model.advisory import NamespaceInfo
from careen.model.inventory import Inventory
from careen.model.package import Source
from careen.plugins import Feed
from careen.policy.gates import read_gate
from careen.policy.policy import Policy, assess

STATES = {
    "fixed": {"status": "resolved", "fixed_version": "3.0.13-1", "urgency": "not yet assigned"},
    "fixed before": {"status": "resolved", "fixed_version": "3.0.11-1", "urgency": "low"},
    "never affected": {"status": "resolved", "fixed_version": "0", "urgency": "unimportant"},
    "open": {"status": "open", "urgency": "not yet assigned"},
    "postponed": {"status": "open", "urgency": "medium", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
    "no dsa": {"status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": ""},
    "ignored": {"status": "open", "urgency": "low", "nodsa": "Too intrusive", "nodsa_reason": "ignored"},
    "unimportant": {"status": "open", "urgency": "unimportant"},
    "end of life": {"status": "open", "urgency": "end-of-life"},
    "undetermined": {"status": "undetermined", "urgency": "not yet assigned"},
}


def scanned(tmp_path, state, policy=None):
    tracker = {
        "openssl": {
            "CVE-2026-7": {"scope": "local", "description": "An overflow", "releases": {"bookworm": STATES[state]}},
            "CVE-2026-8": {"releases": {"trixie": STATES["open"]}},
        }
    }
    file = tmp_path / "tracker.json"
    file.write_text(json.dumps(tracker))
    records = list(debian.parse(Feed("debian/tracker.json", "", part="tracker"), file))
    knowledge = MemoryDatabase([*records, NamespaceInfo("debian:12", "debian", 2, 1, unfixed=True)])
    inventory = Inventory(DEBIAN, (deb(source=Source("openssl", "3.0.11-1")),))
    matched = match(inventory, knowledge, SCHEMES, ECOSYSTEMS, TODAY)
    return assess(matched.findings, coverage(inventory, knowledge, matched, (), TODAY), (), policy or Policy(), TODAY)


@pytest.mark.parametrize(
    ("state", "fix", "versions", "severity"),
    [
        ("fixed", "fixed", ("3.0.13-1",), "unknown"),
        ("open", "open", (), "unknown"),
        ("postponed", "deferred", (), "medium"),
        ("no dsa", "deferred", (), "low"),
        ("ignored", "wont_fix", (), "low"),
        ("unimportant", "open", (), "negligible"),
        ("end of life", "end_of_life", (), "unknown"),
    ],
)
def test_states_that_are_reported(tmp_path, state, fix, versions, severity):
    (found,) = scanned(tmp_path, state).findings
    assert (found.id, found.fix.state, found.fix.versions, found.severity) == ("CVE-2026-7", fix, versions, severity)
    assert found.summary == "An overflow"


@pytest.mark.parametrize("state", ["fixed before", "never affected", "undetermined"])
def test_states_that_are_not(tmp_path, state):
    assert scanned(tmp_path, state).findings == ()


@pytest.mark.parametrize("state", ["open", "postponed", "ignored", "end of life"])
def test_unfixed_states_are_suppressed_on_request(tmp_path, state):
    assessed = scanned(tmp_path, state, Policy(ignore_unfixed=True))
    assert assessed.findings == ()
    assert [one.by.kind for one in assessed.suppressed] == ["fix_state"]


def test_negligible_never_fails_a_gate_above_it(tmp_path):
    assert scanned(tmp_path, "unimportant", Policy(fail_on=(read_gate("low"),))).verdict.passed
    assert scanned(tmp_path, "no dsa", Policy(fail_on=(read_gate("low"),))).verdict.exit_code == 1
