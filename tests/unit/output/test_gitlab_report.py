"""What GitLab's reports share, by the container scanning report."""

import io
import json
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.support.reports import HOSTILE, JINJA, TOKEN, clean, hostile, usual, vulnerability

from careen.model.advisory import SEVERITIES
from careen.model.finding import AdvisoryReference
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.model.report import Reason, Verdict
from careen.plugins import ReportOptions
from careen.reports.gitlab import REPORTER as CONTAINER
from careen.reports.gitlab_dependencies import REPORTER as DEPENDENCIES
from careen.reports.gitlab_secrets import REPORTER as SECRETS

REPORTERS = (CONTAINER, DEPENDENCIES, SECRETS)


def report_of(report, reporter=CONTAINER, **options):
    stream = io.StringIO()
    reporter.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def only(finding):
    (entry,) = report_of(replace(clean(), findings=(finding,)))["vulnerabilities"]
    return entry


def test_the_id_is_of_the_fingerprint_and_survives_a_new_version():
    first = only(vulnerability("CVE-2024-0001", JINJA))
    again = only(vulnerability("CVE-2024-0001", JINJA, package_version="3.0.2", severity="low"))
    other = only(vulnerability("CVE-2024-0002", JINJA))
    assert first["id"] == again["id"] != other["id"]
    assert str(UUID(first["id"])) == first["id"]


def test_ids_have_their_type_value_and_link():
    finding = vulnerability(
        "CVE-2024-0001",
        JINJA,
        aliases=("GHSA-h5c8-rqwp-cp95", "PYSEC-2024-1", "odd id"),
        advisories=(AdvisoryReference("PYSEC-2024-1", "osv", "https://osv.example/PYSEC-2024-1"),),
    )
    assert [(one["type"], one["value"], one.get("url")) for one in only(finding)["identifiers"]] == [
        ("cve", "CVE-2024-0001", "https://www.cve.org/CVERecord?id=CVE-2024-0001"),
        ("ghsa", "GHSA-h5c8-rqwp-cp95", "https://github.com/advisories/GHSA-h5c8-rqwp-cp95"),
        ("pysec", "PYSEC-2024-1", "https://osv.example/PYSEC-2024-1"),
        ("careen", "odd id", None),
    ]


def test_gitlab_takes_twenty_ids():
    finding = vulnerability("CVE-2024-0001", JINJA, aliases=tuple(f"GHSA-{number}" for number in range(50)))
    identifiers = only(finding)["identifiers"]
    assert len(identifiers) == 20
    assert identifiers[0]["value"] == "CVE-2024-0001"


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_severity_has_a_name_in_gitlab(severity):
    expected = {"negligible": "Info"}.get(severity, severity.capitalize())
    assert only(vulnerability("CVE-1", JINJA, severity=severity))["severity"] == expected


def test_the_description_is_text_in_markdown_too():
    finding = vulnerability("CVE-1", JINJA, summary="![x](https://evil.example/x.png) <b>")
    assert only(finding)["description"] == r"!\[x\](https\://evil.example/x.png) \<b\>"


@pytest.mark.parametrize(
    ("coverage", "exit_code", "status"),
    [("assessed", 0, "success"), ("assessed", 1, "success"), ("assessed", 3, "failure"), ("not_assessed", 0, "failure")],
)
def test_a_scan_that_could_not_complete_has_failed(coverage, exit_code, status):
    scan = report_of(replace(clean(coverage), verdict=Verdict(False, exit_code)))["scan"]
    assert scan["status"] == status
    assert scan["messages"][0] == {"level": "info" if coverage == "assessed" else "warn", "value": f"coverage: {coverage}"}


def test_messages_state_what_is_missing():
    report = replace(
        clean("partially_assessed", (Reason("partial_source", "debian: knows little"),)),
        findings=(vulnerability("CVE-1", JINJA), vulnerability("CVE-2", JINJA, severity="low"), TOKEN),
        suppressed=usual().suppressed,
        unknowns=tuple(Unknown("rpm", Evidence(f"db{number}", 0), "broken") for number in range(101)),
    )
    texts = [message["value"] for message in report_of(report, severities=frozenset(("low",)))["scan"]["messages"]]
    assert texts[1] == "partial_source: debian: knows little"
    assert texts[2] == "rpm could not read db0: broken"
    assert texts[-3:] == [
        "and 1 file more that could not be read",
        "not in this report: 2 findings of other kinds, packages or severities",
        "not in this report: 2 suppressed findings",
    ]


def test_times_have_no_zone():
    scan = report_of(replace(clean(), created="2026-11-24T12:00:00.123456Z"))["scan"]
    assert scan["start_time"] == scan["end_time"] == "2026-11-24T12:00:00"


@pytest.mark.parametrize("reporter", REPORTERS, ids=lambda reporter: reporter.name)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_texts_fit_and_are_not_empty(reporter, text):
    document = report_of(hostile(text), reporter)
    for entry in document["vulnerabilities"]:
        assert 0 < len(entry["name"]) <= 255
        assert entry["description"]
        assert all(0 < len(one[key]) <= 255 for one in entry["identifiers"] for key in ("type", "name", "value"))
        assert entry["identifiers"]
    assert all(0 < len(message["value"]) <= 1000 for message in document["scan"]["messages"])
