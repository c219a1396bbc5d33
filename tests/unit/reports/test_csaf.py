import io
import json

import pytest
from msgspec.structs import replace
from tests.support.reports import CLI, JINJA, LIBSSL, clean, usual, vulnerability

from careen.model.advisory import Cvss
from careen.model.finding import Fix, Suppressed, SuppressedBy
from careen.plugins import ReportOptions
from careen.reports.csaf import REPORTER

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def csaf_of(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def only(*findings, suppressed=()):
    (entry,) = csaf_of(replace(clean(), findings=findings, suppressed=suppressed))["vulnerabilities"]
    return entry


def test_a_package_is_a_component_of_the_image():
    tree = csaf_of(replace(clean(), findings=(vulnerability("CVE-2024-0001", JINJA),)))["product_tree"]
    image, package = tree["full_product_names"]
    assert image["name"] == "registry.example/shop/service:1.4"
    assert image["product_identification_helper"]["purl"].startswith("pkg:oci/service@sha256%3A")
    assert package["product_identification_helper"] == {"purl": JINJA.purl}
    (relation,) = tree["relationships"]
    assert (relation["product_reference"], relation["relates_to_product_reference"]) == (JINJA.purl, "image")


def test_a_vulnerability_lists_its_packages_by_status():
    spared = SuppressedBy("vex", "v.json", "component_not_present", status="not_affected")
    entry = only(
        vulnerability("CVE-2024-0001", CLI),
        vulnerability("CVE-2024-0001", JINJA, confidence="possible"),
        suppressed=(Suppressed(vulnerability("CVE-2024-0001", LIBSSL), spared),),
    )
    assert entry["product_status"] == {
        "known_affected": [f"image:{CLI.purl}"],
        "known_not_affected": [f"image:{LIBSSL.purl}"],
        "under_investigation": [f"image:{JINJA.purl}"],
    }
    assert entry["flags"] == [{"label": "component_not_present", "product_ids": [f"image:{LIBSSL.purl}"]}]
    assert [one["product_ids"] for one in entry["remediations"]] == [[f"image:{CLI.purl}"]]


def test_of_two_statuses_of_a_package_the_worst_counts():
    fixed = SuppressedBy("vex", "v.json", "", status="fixed")
    entry = only(
        vulnerability("CVE-2024-0001", JINJA, fingerprint="a"),
        suppressed=(Suppressed(vulnerability("CVE-2024-0001", JINJA, fingerprint="b"), fixed),),
    )
    assert entry["product_status"] == {"known_affected": [f"image:{JINJA.purl}"]}


def test_own_words_are_the_impact():
    words = SuppressedBy("vex", "v.json", "we removed that function", status="not_affected")
    entry = only(suppressed=(Suppressed(vulnerability("CVE-2024-0001", LIBSSL), words),))
    assert entry["threats"] == [
        {"category": "impact", "details": "we removed that function", "product_ids": [f"image:{LIBSSL.purl}"]}
    ]
    assert "flags" not in entry


@pytest.mark.parametrize(
    ("state", "category"),
    [
        ("fixed", "vendor_fix"),
        ("wont_fix", "no_fix_planned"),
        ("end_of_life", "no_fix_planned"),
        ("open", "none_available"),
        ("deferred", "none_available"),
    ],
)
def test_the_remediation_is_of_the_state_of_the_fix(state, category):
    entry = only(vulnerability("CVE-2024-0001", JINJA, fix=Fix(state)))
    assert [one["category"] for one in entry["remediations"]] == [category]


def test_the_first_score_of_cvss_3_by_its_base():
    cvss = (
        Cvss("nvd", "2.0", "AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
        Cvss("nvd", "4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
        Cvss("nvd", "3.1", "CVSS:3.1/nonsense", 9.9),
        Cvss("nvd", "3.1", VECTOR + "/E:U", 8.9),
        Cvss("ghsa", "3.1", VECTOR.replace("PR:N", "PR:H"), 7.2),
    )
    assert only(vulnerability("CVE-2024-0001", JINJA, cvss=cvss))["scores"] == [
        {
            "cvss_v3": {"version": "3.1", "vectorString": VECTOR, "baseScore": 9.8, "baseSeverity": "CRITICAL"},
            "products": [f"image:{JINJA.purl}"],
        }
    ]


def test_an_id_that_is_no_cve_is_among_the_ids():
    entry = only(vulnerability("GHSA-aaaa", JINJA, aliases=("CVE-2024-0001",)))
    assert "cve" not in entry
    assert [one["text"] for one in entry["ids"]] == ["GHSA-aaaa", "CVE-2024-0001"]


def test_without_a_vulnerability_the_document_is_of_the_base_profile_and_has_the_coverage():
    document = csaf_of(clean("not_assessed"))
    assert document["document"]["category"] == "csaf_base"
    assert document["document"]["notes"][0]["text"].startswith("not_assessed")
    assert "vulnerabilities" not in document


def test_one_image_has_one_identifier():
    later = replace(usual(), created="2026-12-01T00:00:00Z")
    ids = [csaf_of(report)["document"]["tracking"]["id"] for report in (usual(), later)]
    other = replace(later, image=replace(later.image, digest="sha256:" + "00" * 32))
    assert ids[0] == ids[1] != csaf_of(other)["document"]["tracking"]["id"]
