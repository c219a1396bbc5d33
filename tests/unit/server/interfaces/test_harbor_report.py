"""Golden reports of the adapter, and Harbor's schema."""

import json

import pytest
from msgspec.structs import replace
from tests.conftest import ROOT
from tests.support.clients.schemas import check_harbor
from tests.support.reports import HOSTILE, REPORTS, clean, hostile, usual, vulnerability

from careen import __version__
from careen.model.report import Reason
from careen.server.interfaces.harbor import GENERIC, written
from careen.server.interfaces.harbor_report import CYCLONEDX, SPDX, Artifact, sbom_report, vulnerability_report

ARTIFACT = Artifact("shop/service", "sha256:" + "4c" * 32, "1.4", "application/vnd.oci.image.manifest.v1+json")
GOLDEN = ROOT / "tests" / "golden" / "server" / "interfaces" / "harbor"


def text_of(report) -> str:
    return written(report, ARTIFACT, GENERIC, "").decode().replace(f'"version": "{__version__}"', '"version": "VERSION"')


@pytest.mark.parametrize("name", REPORTS)
def test_reports_stay_the_same(name, update):
    path, found = GOLDEN / f"{name}.json", text_of(REPORTS[name])
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize("report", [*REPORTS.values(), *map(hostile, HOSTILE)])
def test_reports_conform(report):
    found = json.loads(text_of(report))
    check_harbor(found, "HarborVulnerabilityReport")
    assert "\x00" not in str(found)


def test_a_vulnerability_is_there_once_for_each_package_and_version():
    first = usual().findings[0]
    copy = replace(first, package=first.package + "&copy=1", paths=("other/path",), fingerprint="other")
    report = vulnerability_report(replace(usual(), findings=(first, copy)), ARTIFACT)
    (item,) = report["vulnerabilities"]
    assert item["vendor_attributes"]["paths"] == sorted((*first.paths, "other/path"))


def test_names_that_are_shown_alike_are_one():
    first = usual().findings[0]
    long = tuple(replace(first, package_version="1" * 3000 + end, fingerprint=end) for end in "ab")
    assert len(vulnerability_report(replace(usual(), findings=long), ARTIFACT)["vulnerabilities"]) == 1


def test_suppressed_findings_are_left_out():
    ids = {item["id"] for item in vulnerability_report(usual(), ARTIFACT)["vulnerabilities"]}
    assert not ids & {entry.finding.id for entry in usual().suppressed}


def test_what_was_not_assessed_is_an_item():
    report = vulnerability_report(clean("not_assessed", (Reason("no_database", "there is none", 5),)), ARTIFACT)
    assert [(item["id"], item["severity"]) for item in report["vulnerabilities"]] == [("CAREEN-NO-DATABASE", "Unknown")]


def test_an_image_without_vulnerabilities_has_no_items():
    report = vulnerability_report(clean(), ARTIFACT)
    assert (report["vulnerabilities"], report["severity"]) == ([], "Unknown")


@pytest.mark.parametrize("media_type", [SPDX, CYCLONEDX])
def test_sboms_conform(media_type):
    report = sbom_report(usual(), ARTIFACT, media_type)
    check_harbor(json.loads(json.dumps({**report, "artifact": {}})), "HarborSbomReport")


def test_the_scores_are_where_harbor_looks():
    from careen.model.advisory import Cvss

    stated = (("nvd", "4.0", "v4", 9.1), ("nvd", "3.1", "v3", 8.0), ("redhat", "3.0", "r3", 7.0), ("nvd", "2.0", "v2", 5.0))
    scores = tuple(Cvss(*each) for each in stated)
    finding = replace(usual().findings[0], cvss=scores)
    (item,) = vulnerability_report(replace(usual(), findings=(finding,)), ARTIFACT)["vulnerabilities"]
    assert item["preferred_cvss"] == {"score_v3": 8.0, "vector_v3": "v3", "score_v2": 5.0, "vector_v2": "v2"}
    assert item["vendor_attributes"]["CVSS"]["nvd"] == {"V3Score": 8.0, "V3Vector": "v3", "V2Score": 5.0, "V2Vector": "v2"}


def test_the_state_of_the_fix():
    from tests.support.reports import JINJA

    from careen.model.finding import Fix

    states = ("fixed", "open", "wont_fix", "deferred", "end_of_life", "unknown")
    findings = tuple(vulnerability(f"CVE-1-{state}", JINJA, fix=Fix(state, ("2",))) for state in states)
    report = vulnerability_report(replace(usual(), findings=findings), ARTIFACT)
    items = {item["id"]: item for item in report["vulnerabilities"]}
    assert [items[f"CVE-1-{state}"]["status"] for state in states] == [
        "fixed", "affected", "will_not_fix", "fix_deferred", "end_of_life", "unknown",
    ]  # fmt: skip
    assert [state for state in states if items[f"CVE-1-{state}"]["fix_version"]] == ["fixed"]
