import io
import json

from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, usual

from careen.formats.sboms.sbom_properties import PREFIX
from careen.model.package import Package
from careen.plugins import ReportOptions
from careen.reports.spdx import REPORTER


def document_of(report):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    return json.loads(stream.getvalue())


def with_packages(*packages):
    report = usual()
    return replace(report, inventory=replace(report.inventory, packages=packages))


def only_package(package):
    (found,) = [one for one in document_of(with_packages(package))["packages"] if one["SPDXID"].startswith("SPDXRef-Package-")]
    return found


def note_of(entry):
    (annotation,) = entry["annotations"]
    return [tuple(pair) for pair in json.loads(annotation["comment"].removeprefix(PREFIX))]


def test_the_image_contains_its_distribution_and_packages():
    document = document_of(usual())
    ids = [package["SPDXID"] for package in document["packages"]]
    assert ids[:2] == ["SPDXRef-Image", "SPDXRef-Distribution"]
    related = [(one["spdxElementId"], one["relationshipType"], one["relatedSpdxElement"]) for one in document["relationships"]]
    assert related[0] == ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image")
    assert related[1:] == [("SPDXRef-Image", "CONTAINS", id) for id in ids[1:]]


def test_one_image_has_one_name_space():
    first, again, other = usual(), replace(usual(), created="2026-12-01T00:00:00Z"), usual()
    other = replace(other, image=replace(other.image, digest="sha256:" + "00" * 32))
    names = [document_of(report)["documentNamespace"] for report in (first, again, other)]
    assert names[0] == names[1] != names[2]


def test_a_package_has_its_purl_cpe_and_supplier():
    cpe = "cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*"
    found = only_package(replace(LIBSSL, cpe=cpe, maintainer="A Team\n<a@b.example>"))
    types = {reference["referenceType"]: reference["referenceLocator"] for reference in found["externalRefs"]}
    assert types["purl"].startswith("pkg:deb/debian/libssl3@")
    assert types["cpe23Type"] == cpe
    assert found["supplier"] == "Organization: A Team <a@b.example>"
    assert found["versionInfo"] == LIBSSL.version


def test_a_licence_that_is_not_on_the_list_is_a_reference_that_the_document_explains():
    plain = only_package(replace(JINJA, licenses=("MIT", "Apache-2.0", "MIT")))
    assert plain["licenseDeclared"] == plain["licenseConcluded"] == "Apache-2.0 AND MIT"
    document = document_of(with_packages(replace(JINJA, licenses=("MIT", "see the file COPYING"))))
    free = next(one for one in document["packages"] if one["name"] == "Jinja2")
    assert free["licenseDeclared"] == "MIT AND LicenseRef-see-the-file-COPYING"
    assert [one["licenseId"] for one in document["hasExtractedLicensingInfos"]] == ["LicenseRef-see-the-file-COPYING"]
    assert ("licence", "see the file COPYING") in note_of(free)


def test_a_package_with_two_owners_has_two_ids():
    document = document_of(with_packages(JINJA, replace(JINJA, owned_by=LIBSSL.purl)))
    ids = [package["SPDXID"] for package in document["packages"]]
    assert len(ids) == len(set(ids)) == 4


def test_the_annotation_has_places_and_coverage():
    assert ("path", JINJA.evidence[0].path) in note_of(only_package(JINJA))
    report = usual()
    notes = dict(note_of(document_of(report)))
    assert notes["coverage"] == report.coverage.verdict
    for reason in report.coverage.reasons:
        assert notes[f"coverage:{reason.code}"] == reason.detail


def test_a_package_without_a_version_has_no_version_info():
    assert "versionInfo" not in only_package(Package("npm", None, "left", ""))
