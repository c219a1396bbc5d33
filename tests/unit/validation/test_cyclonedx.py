import pytest
from tests.support.valid_documents import cyclonedx, cyclonedx_proto, cyclonedx_xml

pytest.importorskip("jsonschema_rs")
pytest.importorskip("lxml")

from careen.validation.cyclonedx import (
    JSON_VERSIONS,
    NAMESPACE,
    XML_VERSIONS,
    json_problems,
    proto_problems,
    xml_document_problems,
)


@pytest.mark.parametrize("version", JSON_VERSIONS)
def test_every_version_in_json_has_its_own_schema(version):
    assert list(json_problems(cyclonedx(version))) == []
    new = cyclonedx(version, formulation=[])
    assert bool(list(json_problems(new))) == (version < "1.5")


@pytest.mark.parametrize("version", XML_VERSIONS)
def test_every_version_in_xml_has_its_own_schema(version):
    old = '<component type="library"><name>x</name><version>1</version><modified>false</modified></component>'
    assert list(xml_document_problems(NAMESPACE + version, "bom", cyclonedx_xml(version, old))) == []
    evidence = '<component type="library"><name>x</name><version>1</version><modified>false</modified><evidence/></component>'
    problems = list(xml_document_problems(NAMESPACE + version, "bom", cyclonedx_xml(version, evidence)))
    assert bool(problems) == (version < "1.3")


def test_another_version_is_refused():
    assert [problem.rule for problem in json_problems(cyclonedx("2.0"))] == ["version"]
    assert [problem.rule for problem in xml_document_problems(NAMESPACE + "9.9", "bom", b"")] == ["version"]
    assert proto_problems(b'spec_version: "9"')[1][0].rule == "version"


def test_a_reference_is_given_once():
    component = {"type": "library", "name": "x", "bom-ref": "a"}
    (problem,) = json_problems(cyclonedx(components=[component], services=[{"name": "s", "bom-ref": "a"}]))
    assert problem.rule == "identifier"


def test_the_text_of_a_protocol_buffer_is_validated():
    assert proto_problems(cyclonedx_proto()) == ("1.6", [])
    assert [problem.message for problem in proto_problems(cyclonedx_proto("scope: 1"))[1]] == ["Bom has no field 'scope'"]
