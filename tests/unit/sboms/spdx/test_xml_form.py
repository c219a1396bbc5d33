import pytest

from careen.sboms.spdx.xml_form import document

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://spdx.org/rdf/terms#">
<s:SpdxDocument rdf:about="urn:doc#SPDXRef-DOCUMENT">
  <s:specVersion>SPDX-2.3</s:specVersion><s:name>shop</s:name>
  <s:relationship><s:Relationship>
    <s:relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/>
    <s:relatedSpdxElement><s:Package rdf:about="urn:doc#SPDXRef-shop">
      <s:name>shop</s:name><s:versionInfo>2.3.1</s:versionInfo>
      <s:licenseDeclared rdf:resource="http://spdx.org/rdf/terms#noassertion"/>
      <s:relationship><s:Relationship><s:relatedSpdxElement>
        <s:Package rdf:about="urn:doc#SPDXRef-zlib"><s:name>zlib</s:name><s:versionInfo>1.3</s:versionInfo>
          <s:externalRef><s:ExternalRef>
            <s:referenceType rdf:resource="http://spdx.org/rdf/references/purl"/>
            <s:referenceLocator>pkg:generic/zlib@1.3</s:referenceLocator>
          </s:ExternalRef></s:externalRef>
        </s:Package>
      </s:relatedSpdxElement></s:Relationship></s:relationship>
      <s:relationship><s:Relationship><s:relatedSpdxElement>
        <s:Package rdf:about="urn:doc#SPDXRef-shop"/>
      </s:relatedSpdxElement></s:Relationship></s:relationship>
    </s:Package></s:relatedSpdxElement>
  </s:Relationship></s:relationship>
</s:SpdxDocument></rdf:RDF>"""


def test_packages_are_anywhere_in_a_graph_and_a_reference_is_not_a_package():
    found = document(RDF.encode())
    assert (found["spdxVersion"], found["name"], found["documentDescribes"]) == ("SPDX-2.3", "shop", ["SPDXRef-shop"])
    assert [(one["SPDXID"], one["name"], one["versionInfo"]) for one in found["packages"]] == [
        ("SPDXRef-shop", "shop", "2.3.1"),
        ("SPDXRef-zlib", "zlib", "1.3"),
    ]
    assert found["packages"][0]["licenseDeclared"] == "NOASSERTION"
    assert found["packages"][1]["externalRefs"] == [{"referenceType": "purl", "referenceLocator": "pkg:generic/zlib@1.3"}]


def test_elements_are_named_as_the_fields_of_json():
    text = (
        "<Document><spdxVersion>SPDX-2.3</spdxVersion><name>x</name>"
        "<packages><SPDXID>a</SPDXID><name>zlib</name></packages><packages><name>curl</name></packages></Document>"
    )
    found = document(text.encode())
    assert [(one["SPDXID"], one["name"]) for one in found["packages"]] == [("a", "zlib"), ("", "curl")]


@pytest.mark.parametrize("text", ["<Document/>", "<a>", "<!DOCTYPE a><Document/>", "{}"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):
        document(text.encode())
