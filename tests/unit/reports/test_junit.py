"""The rules of the usual schemas of JUnit XML: elements, their order, required attributes, and counts that are right."""

from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean, faulty, hostile, usual
from tests.support.written import written

from careen.model.report import Rule, Verdict
from careen.reports.junit import REPORTER

CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure", "system-out"],
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    "failure": {"message", "type"},
    "error": {"message"},
    "skipped": {"message"},
}


def root_of(report, **options):
    return ElementTree.fromstring(written(REPORTER, report, **options))


@pytest.mark.parametrize("report", [usual(), clean(), clean("not_assessed"), faulty(), *map(hostile, HOSTILE)])
def test_the_rules_of_the_schema(report):
    root = root_of(report)
    assert root.tag == "testsuites"
    for element in root.iter():
        tags = [child.tag for child in element]
        order = CHILDREN.get(element.tag, [])
        assert set(tags) <= set(order)
        assert [order.index(tag) for tag in tags] == sorted(order.index(tag) for tag in tags)
        assert ATTRIBUTES.get(element.tag, set()) <= set(element.attrib)
    for counted in (root, *root.iter("testsuite")):
        assert int(counted.get("tests")) == len(list(counted.iter("testcase")))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(counted.get(attribute)) == len(list(counted.iter(tag)))
    for case in root.iter("testcase"):
        assert case.get("name")
        assert sum(child.tag in ("skipped", "error", "failure") for child in case) <= 1


def test_a_suite_for_each_package_with_its_findings_as_failures():
    suites = {suite.get("name"): suite for suite in root_of(usual()).iter("testsuite")}
    suite = suites["Jinja2 3.0.1"]
    properties = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
    assert properties["purl"] == "pkg:pypi/jinja2@3.0.1"
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    failure = cases["CVE-2024-22195"].find("failure")
    assert failure.get("type") == "medium"
    assert failure.get("message") == "CVE-2024-22195: Jinja2 3.0.1: fixed in 3.1.3"
    assert "Risk: 2.9 of 100" in failure.text.splitlines()
    assert cases["CVE-2023-0001"].find("failure") is None
    assert cases["CVE-2023-0001"].find("skipped").get("message") == (
        "high, suppressed by ignore (.careenignore): templates are ours"
    )


def test_a_new_version_or_line_does_not_rename_a_case():
    report, moved = faulty(), faulty()
    moved = replace(
        moved, findings=tuple(replace(one, location=replace(one.location, line=40, end_line=40)) for one in moved.findings)
    )
    named = [[(case.get("name"), case.get("classname")) for case in root_of(one).iter("testcase")] for one in (report, moved)]
    assert named[0] == named[1]
    newer = tuple(replace(one, package_version="99") for one in usual().findings)
    cases = [
        {(case.get("name"), case.get("classname")) for case in root_of(one).iter("testcase")}
        for one in (usual(), replace(usual(), findings=newer))
    ]
    assert cases[0] == cases[1]


@pytest.mark.parametrize(
    ("coverage", "outcome"), [("assessed", None), ("partially_assessed", "skipped"), ("not_assessed", "error")]
)
def test_the_coverage_is_a_test(coverage, outcome):
    (case,) = root_of(clean(coverage)).iter("testcase")
    assert [child.tag for child in case if child.tag != "system-out"] == ([outcome] if outcome else [])


def test_each_rule_of_the_gate_is_a_test():
    rules = (Rule("fail-on high", True), Rule("fail-on kev", False))
    cases = {case.get("name"): case for case in root_of(replace(clean(), verdict=Verdict(False, 1, rules))).iter("testcase")}
    assert cases["fail-on high"].find("failure") is None
    assert cases["fail-on kev"].find("failure").get("message") == "fail-on kev: failed"


def test_only_the_listed_severities_fail():
    root = root_of(replace(usual(), verdict=Verdict(True, 0, ())), severities=frozenset(("critical",)))
    assert [failure.get("type") for failure in root.iter("failure")] == ["critical"]
