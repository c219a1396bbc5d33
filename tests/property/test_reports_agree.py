"""No id, severity or number differs between the formats that list findings: one report, read back from each of them."""

import csv
import html
import io
import json
import re
from collections import Counter
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.reports import CLI, JINJA, LIBSSL, LOG4J, ROOT_USER, TOKEN, clean, vulnerability
from tests.support.written import written

from careen.model.advisory import SEVERITIES, Cvss
from careen.model.finding import Fix, IntegrityFinding, Location, Vulnerability
from careen.plugins import Reporter, load

REPORTERS = {reporter.name: reporter for reporter in load("careen.reports", "REPORTER", Reporter)}
ROW = re.compile(r"^[ ~?] +[\d.]+  (\w+) +(\S+)", re.MULTILINE)
PLACED = re.compile(rf"^  [ \d]{{5}}  ({'|'.join(SEVERITIES)}) +(\S+)", re.MULTILINE)
PACKAGES = (JINJA, LOG4J, LIBSSL, CLI)  # the last two are of one source: the table has one row for both


@st.composite
def reports(draw):
    severity = st.sampled_from(SEVERITIES)
    found = []
    for number in range(draw(st.integers(0, 6))):
        id = f"CVE-2026-{number}"
        shared = {
            "severity": draw(severity),
            "risk": draw(st.integers(0, 1000)) / 10,
            "fix": draw(st.sampled_from((Fix("fixed", ("9.1",)), Fix("open"), Fix("wont_fix"), Fix("unknown")))),
            "confidence": draw(st.sampled_from(("confirmed", "likely", "possible"))),
            "kev": draw(st.sampled_from((True, False, None))),
            "cvss": tuple(Cvss("NVD", "3.1", "", score / 10) for score in draw(st.lists(st.integers(1, 100), max_size=2))),
        }
        packages = draw(st.lists(st.sampled_from(PACKAGES), min_size=1, unique_by=lambda package: package.name))
        found += [vulnerability(id, package, **shared) for package in packages]
    for number in range(draw(st.integers(0, 4))):
        at = Location(f"etc/file{number % 2}", draw(st.integers(1, 99)))
        kind = draw(st.sampled_from((ROOT_USER, TOKEN, "integrity")))
        shared = {"severity": draw(severity), "location": at, "fingerprint": f"f{number}", "id": f"X-{number}"}
        if kind == "integrity":
            found.append(IntegrityFinding(title="Modified", why="", fix="Restore it", references=(), **shared))
        else:
            found.append(replace(kind, **shared))
    return replace(clean("partially_assessed"), findings=tuple(found))


def of_table(text):
    return Counter(ROW.findall(text) + PLACED.findall(text))


def of_html(text):
    rows = re.findall(r'<tr id="f.*?</tr>', text, re.DOTALL)
    return Counter(
        (re.search(r'class="badge (\w+)"', row)[1], html.unescape(re.search(r"<a [^>]*>(.*?)</a>", row)[1])) for row in rows
    )


def of_markdown(text):
    return Counter(re.findall(r"^- \*\*(\w+)\*\* `([^`]+)`", text, re.MULTILINE))


def of_tree(text):
    return Counter(re.findall(rf"─ ({'|'.join(SEVERITIES)}) +(\S+)", text))


@given(reports())
def test_ids_and_severities(report):
    texts = {
        name: written(REPORTERS[name], report, width=0, verbose=True)
        for name in ("json", "sarif", "csv", "table", "html", "markdown", "tree")
    }
    every = Counter((finding.severity, finding.id) for finding in report.findings)
    known = json.loads(texts["json"])
    assert Counter((found["severity"], found["id"]) for found in known["findings"]) == every
    (run,) = json.loads(texts["sarif"])["runs"]
    assert Counter((found["properties"]["severity"], found["ruleId"]) for found in run["results"]) == every
    assert Counter((row["severity"], row["id"]) for row in csv.DictReader(io.StringIO(texts["csv"]))) == every
    assert of_html(texts["html"]) == of_markdown(texts["markdown"]) == of_tree(texts["tree"]) == every
    assert set(of_table(texts["table"])) == set(every)
    assert known["totals"]["findings"] == len(report.findings)


def of_trivy(text):
    found = Counter()
    for result in json.loads(text)["Results"]:
        for name, id in (("Vulnerabilities", "VulnerabilityID"), ("Misconfigurations", "ID"), ("Secrets", "RuleID")):
            found.update((entry["Severity"].lower(), entry[id]) for entry in result.get(name, ()))
    return found


def of_junit(text):
    failures = (case for case in ElementTree.fromstring(text).iter("testcase") if case.find("failure") is not None)
    return Counter((case.find("failure").get("type"), case.get("name").split()[0].rstrip(":")) for case in failures)


def of_annotations(text):
    return Counter(re.findall(r"title=(\w+)%3A ([^:,]+)", text))


def of_cyclonedx(text):
    found = Counter()
    for entry in json.loads(text).get("vulnerabilities", ()):
        (severity,) = {rating["severity"] for rating in entry["ratings"] if "severity" in rating}
        found[severity, entry["id"]] += len(entry["affects"])
    return found


def called(every, **names):
    """The findings with the words of a format for severities that it does not have."""
    found = Counter()
    for (severity, id), count in every.items():
        found[names.get(severity, severity), id] += count
    return found


@given(reports())
def test_ids_and_severities_in_the_forms_of_others(report):
    texts = {
        name: written(REPORTERS[name], report)
        for name in ("trivy-json", "grype-json", "junit", "annotations", "cyclonedx", "gitlab", "openvex", "csaf")
    }
    every = Counter((finding.severity, finding.id) for finding in report.findings)
    vulnerabilities = Counter((one.severity, one.id) for one in report.findings if isinstance(one, Vulnerability))
    assert of_trivy(texts["trivy-json"]) == called(every, negligible="low")
    grype = [match["vulnerability"] for match in json.loads(texts["grype-json"])["matches"]]
    assert Counter((one["severity"].lower(), one["id"]) for one in grype) == vulnerabilities
    assert of_junit(texts["junit"]) == every
    shown = of_annotations(texts["annotations"])
    left = sum(map(int, re.findall(r"title=(\d+) more findings? of this level", texts["annotations"])))
    assert shown <= every
    assert shown.total() + left == every.total()
    assert of_cyclonedx(texts["cyclonedx"]) == called(vulnerabilities, negligible="info")
    listed = json.loads(texts["gitlab"])["vulnerabilities"]
    assert Counter((one["severity"].lower(), one["identifiers"][0]["name"]) for one in listed) == called(
        vulnerabilities, negligible="info"
    )
    affected = {one["vulnerability"]["name"] for one in json.loads(texts["openvex"])["statements"]}
    entries = json.loads(texts["csaf"]).get("vulnerabilities", ())
    named = {one.get("cve") or one["ids"][0]["text"] for one in entries}  # an id that is not a CVE's is among "ids"
    assert affected == named == {id for _, id in vulnerabilities}


def named_by_score(score):
    """The severity that a viewer of SARIF shows: GitHub's words are those of CVSS."""
    return next(name for name, lowest in (("critical", 9.0), ("high", 7.0), ("medium", 4.0), ("low", 0.1)) if score >= lowest)


@given(reports())
def test_severities_that_a_viewer_derives_from_scores(report):
    """A distribution may call low what another source scores 9.8."""
    shown = {finding.id: finding.severity for finding in report.findings if finding.severity != "unknown"}
    (run,) = json.loads(written(REPORTERS["sarif"], report))["runs"]
    rules = {rule["id"]: float(rule["properties"]["security-severity"]) for rule in run["tool"]["driver"]["rules"]}
    assert {id: named_by_score(rules[id]) for id in shown} == {
        id: "low" if severity == "negligible" else severity for id, severity in shown.items()
    }


@given(reports())
def test_numbers(report):
    counts = Counter(finding.severity for finding in report.findings)
    known = {severity: counts[severity] for severity in SEVERITIES if counts[severity]}
    table, page, comment = (written(REPORTERS[name], report, width=0) for name in ("table", "html", "markdown"))
    totals = json.loads(written(REPORTERS["json"], report))["totals"]["by_severity"]
    assert {severity: count for severity, count in totals.items() if count} == known
    tiles = {
        name: int(count) for name, count in re.findall(r'<p class="tile (\w+)"><b>([\d,]+)</b>', page) if name in SEVERITIES
    }
    assert tiles == known
    assert f'<p class="tile all"><b>{len(report.findings)}</b>' in page
    if not known:
        return
    words = ", ".join(f"{count} {severity}" for severity, count in known.items())
    assert f"{len(report.findings)} finding{'s' if len(report.findings) > 1 else ''}: {words}\n" in table
    matrix = {
        name: int(line.split()[-1]) for line in table.splitlines() for name in known if re.match(rf"{name} +[-\d ]+$", line)
    }
    assert matrix == known
    head, numbers = (line for line in comment.splitlines() if line.startswith("| ") and "---" not in line)
    assert dict(zip(head.split("|")[1:-1], numbers.split("|")[1:-1], strict=True)) == {
        f" {name} ": f" {count} " for name, count in {**known, "total": len(report.findings)}.items()
    }
    steps = re.findall(r"<b>(\d+)</b> <span>removed", page)
    listed = re.findall(r"^ +\d+\. .* (\d+)$", written(REPORTERS["table"], report, width=0, verbose=True), re.MULTILINE)
    assert steps == listed
    assert re.findall(r"^\d+\. `.*?: removes (\d+)", comment, re.MULTILINE) == listed[:5]
