import io
import json

from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, LOG4J, clean, faulty, usual, vulnerability

from careen.formats.packages.purl_package import full_purl
from careen.formats.scans.other_scan import read_other
from careen.matching.reconcile import reconcile
from careen.model.finding import Fix
from careen.plugins import ReportOptions
from careen.reports.grype_json import REPORTER


def written(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def match_of(finding):
    (match,) = written(replace(usual(), findings=(finding,)))["matches"]
    return match


def test_the_same_findings_are_read_back():
    report = usual()
    other = read_other(json.dumps(written(report)).encode())
    assert other.scanner == "grype"
    purls = {package.purl: full_purl(package) for package in report.inventory.packages}
    every = [*((found, False) for found in report.findings), *((entry.finding, True) for entry in report.suppressed)]
    expected = {
        ((found.id, *found.aliases), found.package_name, found.package_version, purls[found.package], found.fix.versions, aside)
        for found, aside in every
    }
    claims = {(claim.ids, claim.package, claim.version, claim.purl, claim.fixed, claim.suppressed) for claim in other.claims}
    assert claims == expected
    found = reconcile(report, other, None)
    assert (found.agreed, found.aliases, found.theirs, found.ours) == (len(report.findings), (), (), ())


def test_a_match_of_a_distribution_package():
    match = match_of(vulnerability("CVE-1", LIBSSL, fix=Fix("wont_fix")))
    assert match["artifact"] == {
        "name": "libssl3",
        "version": "3.0.11-1~deb12u2",
        "type": "deb",
        "locations": [{"path": "/var/lib/dpkg/status", "layerID": f"sha256:{9:064x}"}],
        "language": "",
        "licenses": ["Apache-2.0"],
        "cpes": [],
        "purl": full_purl(LIBSSL),
        "upstreams": [{"name": "openssl", "version": "3.0.11-1~deb12u2"}],
    }
    assert match["vulnerability"]["namespace"] == "osv:distro:debian:12"
    assert match["vulnerability"]["fix"] == {"versions": [], "state": "wont-fix"}
    assert match["matchDetails"][0]["type"] == "exact-indirect-match"


def test_a_match_of_a_language_package():
    (shell,) = [found for found in usual().findings if found.package == LOG4J.purl]
    match = match_of(shell)
    entry = match["vulnerability"]
    assert entry["namespace"] == "osv:language:java"
    assert entry["epss"] == [{"cve": shell.id, "epss": 0.94358, "percentile": 0.9996}]
    assert entry["knownExploited"] == [{"cve": shell.id}]
    assert [weakness["cwe"] for weakness in entry["cwes"]] == ["CWE-502", "CWE-20"]
    assert (entry["cvss"][0]["metrics"], entry["cvss"][0]["type"]) == ({"baseScore": 10.0}, "Primary")
    assert (entry["severity"], entry["description"]) == ("Critical", shell.summary)
    assert [related["id"] for related in match["relatedVulnerabilities"]] == list(shell.aliases)
    assert (match["artifact"]["type"], match["artifact"]["language"]) == ("java-archive", "java")
    assert match["matchDetails"][0]["type"] == "exact-direct-match"


def test_fields_that_careen_cannot_fill_are_absent():
    entry = match_of(vulnerability("CVE-1", JINJA))["vulnerability"]
    assert not entry.keys() & {"epss", "knownExploited", "cwes", "description"}


def test_source_and_distribution():
    document = written(clean())
    assert (document["matches"], document["source"]["type"]) == ([], "image")
    assert document["distro"] == {"name": "debian", "version": "12", "idLike": []}
    assert document["source"]["target"]["manifestDigest"] == usual().image.digest
    document = written(faulty())
    assert (document["source"], document["distro"]) == ({"type": "directory", "target": "shop"}, {})


def test_severities_restrict_what_is_listed():
    found = written(usual(), severities=frozenset({"critical"}))["matches"]
    assert [match["vulnerability"]["id"] for match in found] == ["CVE-2021-44228"]


def test_ignored_matches_name_their_rule():
    reasons = {
        match["vulnerability"]["id"]: match["appliedIgnoreRules"][0]["reason"] for match in written(usual())["ignoredMatches"]
    }
    assert reasons.keys() == {"CVE-2023-0001", "CVE-2023-0002"}
    assert reasons["CVE-2023-0002"].startswith("vex (")


def test_a_finding_whose_package_is_not_in_the_inventory_keeps_its_paths():
    other = replace(JINJA, name="other")
    assert match_of(vulnerability("CVE-1", other))["artifact"]["locations"] == [{"path": f"/{JINJA.evidence[0].path}"}]
