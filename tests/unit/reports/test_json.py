import io
import json

import jsonschema
import pytest
from msgspec.structs import replace
from tests.conftest import ROOT
from tests.support.reports import HOSTILE, LIBSSL, clean, faulty, hostile, usual

from careen.model.advisory import SEVERITIES
from careen.plugins import ReportOptions
from careen.reports.json import REPORTER, document

SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/schema/report-1.json").read_text()))


def written(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def test_the_schema_is_one_and_refuses_what_it_should():
    SCHEMA.check_schema(SCHEMA.schema)
    broken = written(usual())
    del broken["findings"][0]["epss"]
    assert not SCHEMA.is_valid(broken)


@pytest.mark.parametrize("report", [usual(), clean(), clean("not_assessed"), faulty(), *map(hostile, HOSTILE)])
def test_every_report_follows_the_schema(report):
    SCHEMA.validate(written(report))


def closed(schema):
    """The schema, which lets further keys pass, without that."""
    if isinstance(schema, list):
        return [closed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("additionalProperties", True) is True:
        found.pop("additionalProperties", None)
        found["unevaluatedProperties"] = False
    return found


@pytest.mark.parametrize("report", [usual(), clean(), clean("not_assessed"), faulty()])
def test_the_schema_describes_every_key(report):
    jsonschema.Draft202012Validator(closed(SCHEMA.schema)).validate(written(report))


def test_a_key_that_is_not_described_is_found():
    report = written(usual())
    report["new"] = 1
    assert SCHEMA.is_valid(report)
    assert not jsonschema.Draft202012Validator(closed(SCHEMA.schema)).is_valid(report)


def test_a_finding_has_all_fields():
    (finding,) = [one for one in written(usual())["findings"] if one["id"] == "CVE-2021-44228"]
    assert finding["kind"] == "vulnerability"
    assert finding["epss"] == {"score": 0.94358, "percentile": 0.9996}
    assert finding["fix"] == {"state": "fixed", "versions": ["2.15.0", "2.12.2", "2.3.1"]}
    assert finding["cvss"][0]["score"] == 10.0
    assert finding["aliases"] == ["GHSA-jfh8-c2jp-5v3q"]
    assert finding["advisories"][0]["url"] == "https://osv.example/CVE-2021-44228"


def test_a_package_keeps_its_source_and_unknown_values_are_null():
    report = written(usual())
    (package,) = [one for one in report["packages"] if one["purl"] == LIBSSL.purl]
    assert package["source"] == {"name": "openssl", "version": "3.0.11-1~deb12u2"}
    assert package["owned_by"] is None
    assert report["layers"][0]["instruction"] is None
    assert report["target"]["base_image"]["reference"] == "debian:12"
    assert written(clean())["verdict"] == {"passed": True, "exit_code": 0, "rules": [], "platforms": []}


def test_severity_lists_some_and_counts_all():
    report = written(usual(), severities=frozenset({"critical"}))
    assert [one["severity"] for one in report["findings"]] == ["critical"]
    assert report["listed"] == ["critical"]
    assert report["totals"]["findings"] == 9
    assert sum(report["totals"]["by_severity"].values()) == 9
    assert written(usual())["listed"] is None


def test_the_order_does_not_depend_on_the_order_of_what_was_found():
    report = usual()
    inventory = replace(report.inventory, packages=report.inventory.packages[::-1])
    turned = replace(report, findings=report.findings[::-1], inventory=inventory, suppressed=report.suppressed[::-1])
    assert document(report, ReportOptions()) == document(turned, ReportOptions())


def test_the_schema_knows_our_severities():
    assert set(SCHEMA.schema["$defs"]["Severity"]["enum"]) == set(SEVERITIES)


def test_misconfigurations_and_secrets_have_their_places():
    report = written(faulty())
    secret, *faults = report["findings"]
    assert (secret["kind"], secret["match"], secret["layer"], secret["deleted"]) == ("secret", "tok_…(redacted)", 1, True)
    assert faults[0]["location"] == {"path": "build/Dockerfile", "line": 7, "end_line": 9}
    assert faults[1]["location"]["line"] is None
    by_kind = {"vulnerability": 0, "secret": 1, "misconfiguration": 2, "integrity": 0, "licence": 0, "behaviour": 0}
    assert report["totals"]["by_kind"] == by_kind
    assert report["target"]["kind"] == "files"
    assert report["suppressed"][0]["by"]["kind"] == "comment"
