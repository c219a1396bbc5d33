import json

import pytest

from careen.formats.scans.other_scan import Claim, read_other


def read(document):
    return read_other(json.dumps(document).encode())


def test_trivy():
    found = read(
        {
            "ArtifactName": "x",
            "Results": [
                {
                    "Packages": [{"Name": "Zlib1g"}, {"Name": "bash"}],
                    "Vulnerabilities": [
                        {
                            "VulnerabilityID": "CVE-1",
                            "VendorIDs": ["DSA-1"],
                            "PkgName": "zlib1g",
                            "InstalledVersion": "1:1.2",
                            "FixedVersion": "1:1.3, 1:1.4",
                            "PkgIdentifier": {"PURL": "pkg:deb/debian/zlib1g@1.2"},
                        }
                    ],
                    "ExperimentalModifiedFindings": [
                        {"Type": "vulnerability", "Finding": {"VulnerabilityID": "CVE-2", "PkgName": "bash"}},
                        {"Type": "secret", "Finding": {"VulnerabilityID": "CVE-3", "PkgName": "bash"}},
                    ],
                }
            ],
        }
    )
    assert found.scanner == "trivy"
    assert found.claims == (
        Claim(("CVE-1", "DSA-1"), "zlib1g", "1:1.2", "pkg:deb/debian/zlib1g@1.2", fixed=("1:1.3", "1:1.4")),
        Claim(("CVE-2",), "bash", "", suppressed=True),
    )
    assert found.packages == {"zlib1g", "bash"}


def test_grype():
    one = {
        "vulnerability": {"id": "GHSA-1", "fix": {"versions": ["2"]}},
        "relatedVulnerabilities": [{"id": "CVE-1"}],
        "artifact": {"name": "lodash", "version": "1", "purl": "pkg:npm/lodash@1"},
    }
    found = read({"matches": [one], "ignoredMatches": [{**one, "artifact": {"name": "x", "version": "2"}}]})
    assert found.scanner == "grype"
    assert found.packages == frozenset()
    assert found.claims == (
        Claim(("GHSA-1", "CVE-1"), "lodash", "1", "pkg:npm/lodash@1", fixed=("2",)),
        Claim(("GHSA-1", "CVE-1"), "x", "2", fixed=("2",), suppressed=True),
    )


def test_scout():
    rules = [
        {"id": "CVE-1", "properties": {"purls": ["pkg:deb/debian/zlib@1.2?os=x", "bad"], "fixed_version": "1.3"}},
        {"id": "CVE-2", "properties": {"purls": ["pkg:npm/a@1"], "fixed_version": "not fixed"}},
        {"id": "CVE-3", "properties": {"purls": ["pkg:npm/b@1"]}},
    ]
    run = {"tool": {"driver": {"name": "docker scout", "rules": rules}}, "results": [{"ruleId": "CVE-1"}, {"ruleId": "CVE-2"}]}
    found = read({"runs": [run]})
    assert found.scanner == "docker scout"
    assert found.claims == (
        Claim(("CVE-1",), "zlib", "1.2", "pkg:deb/debian/zlib@1.2?os=x", fixed=("1.3",)),
        Claim(("CVE-2",), "a", "1", "pkg:npm/a@1"),
    )


def test_gitlab():
    one = {
        "identifiers": [{"type": "cve", "value": "CVE-1"}, {"type": "cwe", "value": "79"}],
        "location": {"dependency": {"package": {"name": "zlib"}, "version": "1.2"}},
    }
    found = read({"scan": {"scanner": {"name": "Docker Scout"}}, "vulnerabilities": [one]})
    assert (found.scanner, found.claims) == ("Docker Scout", (Claim(("CVE-1",), "zlib", "1.2"),))


def test_snyk():
    deb = {
        "id": "SNYK-DEBIAN-1", "identifiers": {"CVE": ["CVE-1"], "CWE": ["CWE-1"]}, "name": "openssl/libssl3", "version": "3.0",
        "nearestFixedInVersion": "3.1",
    }  # fmt: skip
    npm = {"id": "SNYK-JS-1", "identifiers": {"GHSA": ["GHSA-1"]}, "packageName": "@a/b", "version": "1", "fixedIn": ["2"]}
    inner = {"packageManager": "npm", "vulnerabilities": [npm]}
    expected = (
        Claim(("CVE-1", "SNYK-DEBIAN-1"), "libssl3", "3.0", type="deb", fixed=("3.1",)),
        Claim(("GHSA-1", "SNYK-JS-1"), "@a/b", "1", type="npm", fixed=("2",)),
    )
    assert read({"packageManager": "deb", "vulnerabilities": [deb], "applications": [inner]}).claims == expected
    assert read([{"packageManager": "deb", "vulnerabilities": [deb]}, inner]).claims == expected


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'"text"', b'{"Result": 1}', b"[" * 10_000])
def test_other_documents_are_refused(data):
    with pytest.raises(ValueError):
        read_other(data)


@pytest.mark.parametrize(
    "document",
    [{"Results": 3}, {"Results": [3, {"Vulnerabilities": [4, {"PkgName": 5}]}]}, {"matches": [[]]}, {"runs": [{"results": 1}]}],
)
def test_parts_of_a_wrong_shape_are_ignored(document):
    assert read(document).claims == ()
