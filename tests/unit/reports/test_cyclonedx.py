import io
import json

import pytest
from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, clean, usual

from careen.plugins import ReportOptions
from careen.reports.cyclonedx import REPORTER


def bom_of(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def test_one_image_has_one_serial_number():
    first, again, other = usual(), replace(usual(), created="2026-12-01T00:00:00Z"), usual()
    other = replace(other, image=replace(other.image, digest="sha256:" + "00" * 32))
    assert bom_of(first)["serialNumber"] == bom_of(again)["serialNumber"] != bom_of(other)["serialNumber"]


def test_components_are_the_packages_with_their_places():
    by_ref = {component["bom-ref"]: component for component in bom_of(usual())["components"]}
    assert by_ref[JINJA.purl]["evidence"] == {"occurrences": [{"location": JINJA.evidence[0].path}]}
    assert by_ref[LIBSSL.purl]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    log4j = next(one for one in by_ref.values() if one["name"] == "log4j-core")
    assert log4j["group"] == "org.apache.logging.log4j"
    assert by_ref["distribution"]["version"] == "12"


def test_references_are_unique_and_vulnerabilities_point_at_components():
    report = usual()
    owned = replace(JINJA, owned_by=LIBSSL.purl)
    report = replace(report, inventory=replace(report.inventory, packages=(*report.inventory.packages, owned)))
    bom = bom_of(report)
    refs = [component["bom-ref"] for component in bom["components"]]
    assert len(set(refs)) == len(refs)
    for vulnerability in bom["vulnerabilities"]:
        assert {one["ref"] for one in vulnerability["affects"]} <= set(refs)


def test_a_vulnerability_has_ratings_and_an_analysis():
    by_id = {one["id"]: one for one in bom_of(usual())["vulnerabilities"]}
    assert by_id["CVE-2021-44228"]["ratings"] == [
        {"source": {"name": "ghsa"}, "severity": "critical"},
        {
            "source": {"name": "nvd"},
            "score": 10.0,
            "method": "CVSSv31",
            "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
        },
    ]
    assert by_id["CVE-2021-44228"]["analysis"]["response"] == ["update"]
    assert by_id["CVE-2007-6755"]["ratings"][0]["severity"] == "info"
    assert by_id["CVE-2023-0002"]["analysis"]["state"] == "not_affected"
    assert by_id["CVE-2023-0001"]["analysis"]["state"] == "in_triage"


def test_what_was_not_assessed_is_in_the_metadata():
    bom = bom_of(clean("not_assessed"))
    assert {"name": "careen:coverage", "value": "not_assessed"} in bom["metadata"]["properties"]
    assert bom["vulnerabilities"] == []


@pytest.mark.parametrize("kind", ["image", "directory"])
def test_a_folder_is_not_a_container(kind):
    report = usual()
    component = bom_of(replace(report, image=replace(report.image, kind=kind)))["metadata"]["component"]
    assert component["type"] == {"image": "container", "directory": "file"}[kind]
