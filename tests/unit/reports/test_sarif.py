"""The rules of SARIF 2.1.0 that a viewer stumbles over, checked by hand; the schema itself is not shipped by any package."""

import io
import json

import pytest
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean, faulty, hostile, usual

from careen.plugins import ReportOptions
from careen.reports.sarif import REPORTER


def run_of(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    document = json.loads(stream.getvalue())
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


@pytest.mark.parametrize("report", [usual(), clean(), clean("not_assessed"), faulty(), *map(hostile, HOSTILE)])
def test_results_refer_to_rules_and_to_paths_in_the_image(report):
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)  # 3.19.23: unique
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not set(uri) & set(' \\"<>{}|^`\n')
            assert location["physicalLocation"]["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
    for rule in rules:
        assert 0 <= float(rule["properties"]["security-severity"]) <= 10


def test_a_result_per_finding_and_the_suppressed_ones_marked():
    run = run_of(usual())
    assert len(run["results"]) == 11
    assert [result["ruleId"] for result in run["results"] if "suppressions" in result] == ["CVE-2023-0001", "CVE-2023-0002"]
    shell = run["results"][0]
    assert (shell["ruleId"], shell["level"]) == ("CVE-2021-44228", "error")
    assert shell["message"]["text"] == (
        "CVE-2021-44228 in org.apache.logging.log4j:log4j-core 2.14.1, fixed in 2.15.0, 2.12.2, 2.3.1"
    )
    rule = run["tool"]["driver"]["rules"][shell["ruleIndex"]]
    assert rule["properties"]["security-severity"] == "10.0"
    assert rule["properties"]["tags"][3:] == ["external/cwe/cwe-020", "external/cwe/cwe-502"]
    assert rule["properties"]["weaknesses"] == ["CWE-502: Deserialization of Untrusted Data"]
    assert rule["shortDescription"]["text"] == "Remote code execution through look-ups in logged text"


def test_a_new_tag_changes_neither_the_place_nor_the_fingerprint_of_an_alert():
    old, new = usual(), usual()
    new = replace(new, image=replace(new.image, reference="registry.example/shop/service:1.5", digest="sha256:" + "5d" * 32))
    places = [[(one["locations"], one["partialFingerprints"]) for one in run_of(report)["results"]] for report in (old, new)]
    assert places[0] == places[1]
    assert (
        run_of(old)["automationDetails"] == run_of(new)["automationDetails"] == {"id": "careen/registry.example/shop/service/"}
    )
    assert run_of(new)["properties"]["imageDigest"] == "sha256:" + "5d" * 32


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("nginx", "nginx"),
        ("nginx:1.25", "nginx"),
        ("localhost:5000/a/b:1@sha256:00", "localhost:5000/a/b"),
        ("localhost:5000/a/b", "localhost:5000/a/b"),
        ("oci-layout:image", "oci-layout:image"),
    ],
)
def test_a_run_is_named_without_tag(reference, name):
    report = usual()
    report = replace(report, image=replace(report.image, reference=reference))
    assert run_of(report)["automationDetails"]["id"] == f"careen/{name}/"


def test_reasons_of_the_coverage_are_notifications():
    notes = run_of(usual())["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == [
        "partial_source: debian: knows 12 source packages of Debian 12",
        "unscored: 1 vulnerability has no score yet",
        "rpm could not read this: Berkeley DB: no magic number",
    ]


def test_a_misconfiguration_of_a_file_has_its_lines_below_the_source_root():
    run = run_of(faulty())
    root = next(one for one in run["results"] if one["ruleId"] == "DKR-001")
    place = root["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "build/Dockerfile", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 7, "endLine": 9}
    assert root["message"]["text"] == "Container runs as root: USER root"
    assert run["results"][-1]["suppressions"][0]["kind"] == "inSource"
    rule = run["tool"]["driver"]["rules"][root["ruleIndex"]]
    assert rule["name"] == "Misconfiguration"
    assert rule["properties"]["references"] == ["CWE-250"]
