import io
import json

from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, usual

from careen.model.details import Dependencies, Details, FileDigest, LicenceFile
from careen.plugins import ReportOptions
from careen.reports.spdx3 import REPORTER
from careen.sboms.spdx import read

DETAILS = Details(
    (
        LicenceFile(
            LIBSSL.purl, "usr/share/doc/libssl3/copyright", "Apache-2.0 AND LicenseRef-ours", ("© 2020 A Person",), True
        ),
    ),
    (Dependencies(JINJA.purl, (LIBSSL.purl,)),),
    (FileDigest(JINJA.evidence[0].path, "ab" * 32, "cd" * 64),),
    ((JINJA.purl, "Pallets"),),
)


def graph_of(report):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    return json.loads(stream.getvalue())["@graph"]


def detailed():
    report = usual()
    return replace(report, inventory=replace(report.inventory, details=DETAILS))


def test_every_element_has_an_id_of_its_own_and_refers_to_others():
    graph = graph_of(detailed())
    ids = [element["spdxId"] for element in graph if "spdxId" in element]
    assert len(ids) == len(set(ids))
    for element in graph:
        if element["type"] == "Relationship":
            assert {element["from"], *element["to"]} <= set(ids)


def test_licences_suppliers_digests_and_dependencies_are_there():
    graph = graph_of(detailed())
    by_id = {element.get("spdxId"): element for element in graph}
    packages = {element["name"]: element for element in graph if element["type"] == "software_Package"}
    jinja, libssl = packages["Jinja2"], packages["libssl3"]
    assert by_id[jinja["suppliedBy"]]["name"] == "Pallets"
    assert {one["algorithm"]: one["hashValue"] for one in jinja["verifiedUsing"]} == {"sha256": "ab" * 32, "sha512": "cd" * 64}
    assert libssl["software_copyrightText"] == "© 2020 A Person"
    relations = {
        (element["from"], element["relationshipType"]): element["to"] for element in graph if "relationshipType" in element
    }
    assert relations[jinja["spdxId"], "dependsOn"] == [libssl["spdxId"]]
    (licence,) = relations[libssl["spdxId"], "hasDeclaredLicense"]
    assert by_id[licence]["simplelicensing_licenseExpression"] == "Apache-2.0 AND LicenseRef-ours"
    (entry,) = by_id[licence]["simplelicensing_customIdToUri"]
    assert by_id[entry["value"]]["type"] == "simplelicensing_SimpleLicensingText"


def test_the_document_is_read_back_as_it_was():
    report = detailed()
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    found = read(stream.getvalue().encode())
    assert found.digest == report.image.digest
    by_purl = {package.purl: package for package in found.inventory.packages}
    for package in report.inventory.packages:
        read_back = by_purl[package.purl]
        assert (read_back.source, read_back.vendor, read_back.licenses) == (package.source, package.vendor, package.licenses)
        assert set(read_back.evidence) == set(package.evidence)
    assert found.inventory.distribution.pretty_name == report.inventory.distribution.pretty_name
