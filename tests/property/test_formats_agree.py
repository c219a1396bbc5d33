"""No finding, id or severity differs between the formats that list findings."""

import csv
import io
import json
import re
from collections import Counter
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, usual
from tests.support.written import written

from careen.model.advisory import SEVERITIES
from careen.model.finding import IntegrityFinding
from careen.reports import annotations, junit, markdown
from careen.reports import csv as csv_report
from careen.reports import json as json_report

SHELL = usual().findings[3]
CHANGED = IntegrityFinding("SUP-001", "A file was changed", "high", ROOT_USER.location, "", "", (), "changed")
IDS = st.from_regex(r"[A-Z]{3}-[0-9]{1,5}", fullmatch=True)
NAMES = st.text(min_size=1, max_size=20)


@st.composite
def reports(draw):
    findings = []
    for number in range(draw(st.integers(0, 9))):  # annotations show no more of one level
        finding = replace(
            draw(st.sampled_from((SHELL, TOKEN, ROOT_USER, CHANGED))),
            id=draw(IDS),
            severity=draw(st.sampled_from(SEVERITIES)),
            fingerprint=str(number),
        )
        findings.append(replace(finding, package_name=draw(NAMES)) if "package_name" in finding.__struct_fields__ else finding)
    return replace(usual(), findings=tuple(findings), suppressed=())


@given(reports())
def test_every_format_lists_the_same_findings(report):
    expected = Counter(
        (found["id"], found["severity"]) for found in json.loads(written(json_report.REPORTER, report))["findings"]
    )
    assert sum(expected.values()) == len(report.findings)
    assert Counter(of_csv(report)) == expected
    assert Counter(of_junit(report)) == expected
    assert Counter(of_markdown(report)) == expected
    assert Counter(of_annotations(report)) == expected


def of_csv(report):
    rows = csv.DictReader(io.StringIO(written(csv_report.REPORTER, report), newline=""))
    return [(row["id"], row["severity"]) for row in rows]


def of_junit(report):
    root = ElementTree.fromstring(written(junit.REPORTER, report))
    cases = [case for case in root.iter("testcase") if case.get("classname") != "policy"]
    return [(case.get("name").split(":")[0], failure.get("type")) for case in cases for failure in case.iter("failure")]


def of_markdown(report):
    found = re.findall(r"^- \*\*(\w+)\*\* `([^`]+)`", written(markdown.REPORTER, report), re.MULTILINE)
    return [(id, severity) for severity, id in found]


def of_annotations(report):
    titles = re.findall(r"title=(\w+)%3A ([^:]+)::", written(annotations.REPORTER, report))
    return [(id, severity) for severity, id in titles]
