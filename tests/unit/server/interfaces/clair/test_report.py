"""Golden reports of the Clair interface, by Clair's schema, Quay's, and what Quay makes of them."""

import json

import msgspec
import pytest
from msgspec.structs import replace
from tests.conftest import ROOT
from tests.support.clients.quay import features_of
from tests.support.clients.schemas import check_clair, check_quay
from tests.support.reports import HOSTILE, REPORTS, clean, hostile, usual, vulnerability

from careen.model.package import Package
from careen.model.report import Reason
from careen.server.interfaces.clair.report import index_report, unfinished, vulnerability_report

DIGEST = "sha256:" + "ab" * 32
GOLDEN = ROOT / "tests" / "golden" / "server" / "interfaces" / "clair"
ALL = [*REPORTS.values(), *map(hostile, HOSTILE)]


@pytest.mark.parametrize("name", REPORTS)
def test_reports_stay_the_same(name, update):
    path = GOLDEN / f"{name}.json"
    found = msgspec.json.format(msgspec.json.encode(vulnerability_report(REPORTS[name], DIGEST)), indent=2).decode() + "\n"
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize("report", ALL)
def test_reports_conform_to_both_schemas(report):
    found = json.loads(msgspec.json.encode(vulnerability_report(report, DIGEST)))
    check_clair(found, "vulnerability_report")
    check_quay(found, "VulnerabilityReport")
    features_of(found)
    assert "\x00" not in str(found)


@pytest.mark.parametrize("report", ALL)
def test_indexes_conform_to_both_schemas(report):
    found = json.loads(msgspec.json.encode(index_report(report, DIGEST)))
    check_clair(found, "index_report")
    check_quay(found, "IndexReport")


def test_an_unfinished_index_conforms():
    check_clair(unfinished(DIGEST, "IndexError", "no room"), "index_report")
    check_quay(unfinished(DIGEST, "IndexError", "no room"), "IndexReport")


def test_what_quay_shows():
    shown = features_of(vulnerability_report(usual(), DIGEST))
    (shell,) = shown["org.apache.logging.log4j:log4j-core"]
    assert shell == {
        "Name": "CVE-2021-44228",
        "Severity": "Critical",
        "FixedBy": "2.15.0, 2.12.2, 2.3.1",
        "Link": "https://osv.example/CVE-2021-44228",
        "AddedBy": f"sha256:{2:064x}",
        "Score": 10.0,
        "Vectors": ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"],
    }
    assert sum(map(len, shown.values())) == len(usual().findings)


def test_what_was_not_assessed_is_shown():
    shown = features_of(vulnerability_report(clean("not_assessed", (Reason("no_database", "there is none"),)), DIGEST))
    assert {name: [entry["Severity"] for entry in entries] for name, entries in shown.items()} == {"(this image)": ["Unknown"]}


def test_a_finding_of_a_package_that_is_not_listed():
    other = Package("npm", None, "left-pad", "1.0.0")
    report = replace(usual(), findings=(vulnerability("CVE-1", other),))
    assert [entry["Name"] for entry in features_of(vulnerability_report(report, DIGEST))["left-pad"]] == ["CVE-1"]


def test_suppressed_findings_are_left_out():
    shown = features_of(vulnerability_report(usual(), DIGEST))
    names = {entry["Name"] for entries in shown.values() for entry in entries}
    assert not names & {entry.finding.id for entry in usual().suppressed}
