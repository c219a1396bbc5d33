from tests.support.valid_documents import RDF

from careen.formats.data.xml_tree import xml_tree
from careen.validation.spdx.rdf import graph_problems


def found(text):
    return [(problem.place, problem.message) for problem in graph_problems(xml_tree(text.encode(), max_depth=512))]


def test_what_a_node_needs():
    assert found(RDF) == []
    assert found(RDF.replace("<spdx:name>a</spdx:name>", "")) == [
        ("Package https://example.com/doc#SPDXRef-a", "'name' is missing")
    ]


def test_descriptions_in_several_places_count_together():
    elsewhere = '<spdx:Package rdf:about="https://example.com/doc#SPDXRef-a"><spdx:name>a</spdx:name></spdx:Package></rdf:RDF>'
    assert found(RDF.replace("<spdx:name>a</spdx:name>", "").replace("</rdf:RDF>", elsewhere)) == []


def test_a_graph_has_one_document():
    assert found(RDF.replace("SpdxDocument", "Other"))[0][1] == "0 nodes are an SpdxDocument: one is needed"
