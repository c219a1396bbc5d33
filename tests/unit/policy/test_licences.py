import pytest

from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.policy.gates import read_gate
from careen.policy.licences import LicencePolicy, licence_findings

BASH = Package("deb", "debian", "bash", "5.2", licenses=("GPL-3.0-or-later",), evidence=(Evidence("var/lib/dpkg/status", 1),))
SIX = Package("pypi", None, "six", "1.16", licenses=("MIT",))
ODD = Package("npm", None, "odd", "1.0")


def ids_of(policy):
    findings = licence_findings(Inventory(None, (BASH, SIX, ODD)), policy)
    return {finding.package.partition("@")[0].rpartition("/")[2]: finding.id for finding in findings}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (LicencePolicy(), {}),
        (LicencePolicy(deny=("strong-copyleft",)), {"bash": "LIC-001"}),
        (LicencePolicy(ask=("GPL-*",)), {"bash": "LIC-002"}),
        (LicencePolicy(allow=("permissive",)), {"bash": "LIC-002", "odd": "LIC-002"}),
        (LicencePolicy(allow=("permissive",), accepted=("odd", "pkg:deb/debian/*")), {}),
        (LicencePolicy(deny=("unknown",)), {"odd": "LIC-001"}),
    ],
)
def test_a_policy_finds_what_it_does_not_allow(policy, expected):
    assert ids_of(policy) == expected


def test_a_new_version_keeps_the_fingerprint():
    policy = LicencePolicy(deny=("GPL-*",))
    newer = Package("deb", "debian", "bash", "5.3", licenses=("GPL-3.0-or-later",))
    one, other = (licence_findings(Inventory(None, (package,)), policy)[0] for package in (BASH, newer))
    assert one.fingerprint == other.fingerprint
    assert (one.layer, one.location.path) == (1, "var/lib/dpkg/status")


def test_a_gate_counts_licences_only_if_it_names_them():
    (finding,) = licence_findings(Inventory(None, (BASH,)), LicencePolicy(deny=("GPL-*",)))
    assert read_gate("licence").catches(finding, finding.severity)
    assert read_gate("license:high").catches(finding, finding.severity)
    assert not read_gate("high").catches(finding, finding.severity)
    assert not read_gate("any").catches(finding, finding.severity)
