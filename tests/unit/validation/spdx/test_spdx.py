import pytest
from tests.support.valid_documents import RDF, XML, YAML, spdx, spdx3

pytest.importorskip("jsonschema_rs")

from careen.validation.spdx import graph_problems, json_problems, xml_problems, yaml_problems


def test_the_schema_of_version_2_decides_in_each_syntax():
    assert [problem.place for problem in json_problems(spdx(packages=[{"name": "x"}]))] == ["/packages/0"] * 2
    assert yaml_problems(YAML.replace("downloadLocation: NONE, ", "").encode())[1][0].place == "/packages/0"
    assert xml_problems(XML.replace("<name>a</name>", "").encode())[1][0].message == "'name' is missing"


def test_both_spellings_of_a_category():
    for category in ("PACKAGE-MANAGER", "PACKAGE_MANAGER"):
        reference = {"referenceCategory": category, "referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}
        package = {"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": "NONE", "externalRefs": [reference]}
        assert list(json_problems(spdx(packages=[package]))) == []


def test_the_address_of_a_schema_is_allowed():
    assert list(json_problems({**spdx(), "$schema": "https://example.com/schema.json"})) == []


def test_a_graph_in_rdf_is_validated():
    assert xml_problems(RDF.encode())[1] == []
    assert [problem.message for problem in xml_problems(RDF.replace("spdx:creator", "spdx:other").encode())[1]] == [
        "'creator' is missing"
    ]


@pytest.mark.parametrize("data", [b"- a\n", b"a"])
def test_yaml_of_another_shape_is_refused(data):
    with pytest.raises(ValueError, match="mapping"):
        yaml_problems(data)


def test_elements_of_version_3_by_their_class():
    package = {"type": "software_Package", "spdxId": "https://example.com/p", "name": "p", "creationInfo": "_:c"}
    assert list(graph_problems(spdx3(package))) == []
    bad = [{**package, "other": 1}, {**package, "type": "Nothing"}, {**package, "name": 1}, 7]
    places = {problem.place for problem in graph_problems(spdx3(*bad))}
    assert places >= {"/@graph/2", "/@graph/3/type", "/@graph/4/name", "/@graph/5/type"}
    assert [problem.rule for problem in graph_problems({**spdx3(), "@context": "x"})] == ["context"]
    assert [problem.place for problem in graph_problems({**spdx3(), "more": 1})] == ["/more"]
