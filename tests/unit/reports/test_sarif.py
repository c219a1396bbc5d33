"""The rules of SARIF 2.1.0 that a viewer stumbles over, checked by hand; the schema itself is not shipped by any package."""

import io
import json

import pytest
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean, faulty, hostile, usual

from careen.behaviour.rules import Rule, found
from careen.model.advisory import Cvss
from careen.model.behaviour import BehaviourSummary, PartScore
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
        assert 0.1 <= float(rule["properties"]["security-severity"]) <= 10
        texts = [rule["shortDescription"], rule["fullDescription"], rule["help"]]
        assert all(text["text"] for text in texts)
        assert rule["help"]["markdown"]
        assert not set("".join(text["text"] for text in texts)) & {"\x1b", "\u202e", "\r"}


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
    ("risk", "kev", "score"), [(2.5, False, "0.2"), (50.0, True, "5.0"), (25.5, False, "2.5"), (0.0, False, "0.1")]
)
def test_without_a_severity_the_risk_counts(risk, kev, score):
    report = usual()
    unknown = next(one for one in report.findings if one.severity == "unknown")
    run = run_of(replace(report, findings=(replace(unknown, risk=risk, kev=kev),)))
    (rule,) = (rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == unknown.id)
    assert (rule["properties"]["security-severity"], rule["defaultConfiguration"]["level"]) == (score, "warning")


@pytest.mark.parametrize(
    ("severity", "scores", "shown"),
    [
        ("high", (7.5, 8.1), "8.1"),
        ("high", (9.8, 7.5), "7.5"),
        ("low", (9.8,), "2.0"),
        ("negligible", (7.5, 3.0), "0.1"),
        ("critical", (), "9.5"),
    ],
)
def test_an_alert_has_the_severity_of_the_report_whatever_other_sources_score(severity, scores, shown):
    report = usual()
    cvss = tuple(Cvss("NVD", "3.1", "", score) for score in scores)
    finding = replace(report.findings[0], severity=severity, cvss=cvss)
    (rule,) = run_of(replace(report, findings=(finding,), suppressed=()))["tool"]["driver"]["rules"]
    assert rule["properties"]["security-severity"] == shown


def test_the_help_of_a_rule():
    rules = {rule["id"]: rule for rule in run_of(usual())["tool"]["driver"]["rules"]}
    rule = rules["CVE-2021-44228"]
    assert rule["fullDescription"]["text"] == (
        "Remote code execution through look-ups in logged text (CVE-2021-44228 in org.apache.logging.log4j:log4j-core)"
    )
    assert "log4j-core 2.14.1: fixed in 2.15.0, 2.12.2, 2.3.1" in rule["help"]["text"].splitlines()[1]
    assert "- **Exploited:** yes, by CISA's catalogue" in rule["help"]["markdown"].splitlines()
    assert rules["CVE-2023-5678"]["shortDescription"]["text"] == "CVE-2023-5678 in libssl3, openssl"
    assert "no fixed version (wont_fix)" in rules["CVE-2023-6931"]["help"]["text"]


def test_the_help_of_a_vulnerability_in_many_packages_names_the_first():
    report = usual()
    many = tuple(replace(report.findings[0], package_name=f"part{number:02}") for number in range(25))
    run = run_of(replace(report, findings=many, suppressed=()))
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"].endswith("part08, part09 and 15 more")
    assert "- … and 15 more" in rule["help"]["markdown"].splitlines()
    assert len(rule["help"]["text"]) < 1000


def test_names_and_texts_have_no_meaning_in_markdown():
    report = usual()
    hostile = replace(
        report.findings[0],
        package_name="a`![x](https://evil.example)",
        fix=replace(report.findings[0].fix, versions=("<img src=x>", "[1](https://evil.example)")),
        aliases=("*x*\n# y",),
    )
    run = run_of(replace(report, findings=(hostile,), suppressed=()))
    lines = run["tool"]["driver"]["rules"][0]["help"]["markdown"].splitlines()
    assert lines[0].startswith("- `a'![x](https://evil.example) ")
    assert lines[0].count("`") == 2
    assert lines[0].endswith(r": fixed in \<img src=x\>, \[1\](https\://evil.example)")
    assert r"- **Also known as:** \*x\*\\n\# y" in lines


@pytest.mark.parametrize(
    ("opened", "reference", "name"),
    [
        ("docker-archive:/builds/shop/out/service.tar", "/builds/shop/out/service.tar", "service.tar"),
        ("docker-archive:.cache/out/service.tar", ".cache/out/service.tar", "service.tar"),
        ("docker-archive:out/all.tar:shop/service:1.4", "out/all.tar:shop/service:1.4", "service"),
        ("oci-layout:/tmp/tmp.x1/image:1.4", "/tmp/tmp.x1/image:1.4", "image"),
        ("oci-layout:build/image@sha256:00", "build/image@sha256:00", "image"),
        ("sbom:/tmp/x/service.cdx.json", "/tmp/x/service.cdx.json", "service.cdx.json"),
        ("directory:/tmp/tmp.x1/rootfs", "/tmp/tmp.x1/rootfs", "rootfs"),
        ("directory:services/api", "./services/api", "services/api"),
        ("directory:../api", "../api", "api"),
        ("registry:localhost:5000/a/b:1", "localhost:5000/a/b:1", "localhost:5000/a/b"),
        ("docker:docker.io/library/nginx:1.25", "nginx:1.25", "nginx"),
    ],
)
def test_a_run_is_named_without_the_folders_of_the_runner(opened, reference, name):
    report = usual()
    report = replace(report, image=replace(report.image, reference=reference, opened=opened))
    assert run_of(report)["automationDetails"]["id"] == f"careen/{name}/"


@pytest.mark.parametrize(
    ("paths", "name"),
    [("deploy/, shop", "deploy%2C%20shop"), ("/builds/shop/deploy", "deploy"), (".", "."), ("../deploy", "deploy")],
)
def test_a_check_is_named_by_its_paths_below_the_working_folder(paths, name):
    report = faulty()
    report = replace(report, image=replace(report.image, reference=paths))
    assert run_of(report)["automationDetails"]["id"] == f"careen/{name}/"


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


def test_a_sign_of_risk_has_its_evidence_and_the_run_the_index():
    sign = found(Rule("CAP-103", "a shell", "high", "why", "fix"), "opt/run", "/opt/run:2", evidence=["nc -e \x1b/bin/sh"])
    summary = BehaviourSummary(parts=(PartScore("capabilities", 1, 28),), index=28)
    run = run_of(replace(clean(), findings=(sign,), behaviour=summary))
    assert run["properties"]["behaviour"]["index"] == 28
    assert run["properties"]["behaviour"]["parts"] == [{"part": "capabilities", "findings": 1, "score": 28}]
    (properties,) = [result["properties"] for result in run["results"]]
    assert (properties["confidence"], len(properties["evidence"])) == ("likely", 1)
    assert "\x1b" not in properties["evidence"][0]
    assert "behaviour" not in run_of(clean())["properties"]


def test_a_package_without_a_version_has_no_blank_in_its_place():
    unversioned = replace(usual().findings[0], package_version="")
    run = run_of(replace(usual(), findings=(unversioned,), suppressed=()))
    assert f" in {unversioned.package_name}, fixed in" in run["results"][0]["message"]["text"]
    assert f"`{unversioned.package_name}`: fixed in" in run["tool"]["driver"]["rules"][0]["help"]["markdown"]
