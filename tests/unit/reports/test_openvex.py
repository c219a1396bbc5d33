import io
import json

import pytest
from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, clean, usual, vulnerability

from careen.model.finding import Suppressed, SuppressedBy
from careen.plugins import ReportOptions
from careen.reports.openvex import REPORTER


def vex_of(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def test_the_image_is_the_product_and_the_package_its_component():
    by_id = {one["vulnerability"]["name"]: one for one in vex_of(usual())["statements"]}
    digest = usual().image.digest.replace(":", "%3A")
    shell = by_id["CVE-2021-44228"]
    assert shell["vulnerability"]["aliases"] == ["GHSA-jfh8-c2jp-5v3q"]
    assert shell["products"] == [
        {
            "@id": f"pkg:oci/service@{digest}?repository_url=registry.example%2Fshop%2Fservice",
            "subcomponents": [{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}],
        }
    ]
    assert (shell["status"], shell["action_statement"]) == (
        "affected",
        "Update org.apache.logging.log4j:log4j-core from 2.14.1 to 2.15.0 or 2.12.2 or 2.3.1.",
    )


def test_a_decision_of_the_user_is_no_statement_that_the_package_is_not_affected():
    by_id = {one["vulnerability"]["name"]: one["status"] for one in vex_of(usual())["statements"]}
    assert by_id["CVE-2023-0001"] == "affected"  # ignored
    assert by_id["CVE-2023-0002"] == "not_affected"  # by VEX


def test_own_words_are_the_impact_and_the_five_words_the_justification():
    words = SuppressedBy("vex", "v.json", "we removed that function", status="not_affected")
    code = SuppressedBy("vex", "v.json", "component_not_present", status="not_affected")
    patched = SuppressedBy("vex", "v.json", "patched", status="fixed")
    suppressed = tuple(
        Suppressed(vulnerability(f"CVE-{number}", LIBSSL), by) for number, by in enumerate((words, code, patched))
    )
    first, second, third = vex_of(replace(clean(), suppressed=suppressed))["statements"]
    assert first["impact_statement"] == "we removed that function"
    assert second["justification"] == "component_not_present"
    assert (third["status"], third["status_notes"]) == ("fixed", "patched")


def test_the_identifier_is_that_of_the_content():
    first, again = vex_of(usual()), vex_of(usual())
    later = vex_of(replace(usual(), created="2026-12-01T00:00:00Z"))
    assert first == again
    assert len({first["@id"], later["@id"], vex_of(clean())["@id"]}) == 3


@pytest.mark.parametrize("severity", ["high", "low"])
def test_listed_severities(severity):
    report = replace(clean(), findings=(vulnerability("CVE-1", JINJA), vulnerability("CVE-2", JINJA, severity="low")))
    names = [one["vulnerability"]["name"] for one in vex_of(report, severities=frozenset((severity,)))["statements"]]
    assert names == [{"high": "CVE-1", "low": "CVE-2"}[severity]]
