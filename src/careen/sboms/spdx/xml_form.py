"""An SPDX document in XML or RDF/XML, converted to the structure of its JSON; fields that Careen does not read are left out.

In XML an element has the name of the JSON field, and a list is the element repeated. In RDF the elements are nodes of a
graph, each written at its first mention: a package may be anywhere, even within a relationship of another one.
Raises: ValueError for other data and over the limits of an XML tree.
**Source:** SPDX 2.3, annex H and the RDF/OWL ontology; RDF 1.1 XML Syntax.
"""

from typing import Any

from careen.formats.data.xml_tree import Element, xml_tree

MAX_DEPTH = 512  # a graph is nested as deeply as its relationships
RDF_NAMESPACE = "http://spdx.org/rdf/terms#"
_FIELDS = ("name", "versionInfo", "supplier", "sourceInfo")
_RELATION = ("spdxElementId", "relationshipType", "relatedSpdxElement")
_CHOICES = ("licenseDeclared", "licenseConcluded", "primaryPackagePurpose")


def document(data: bytes) -> dict[str, Any]:
    root = xml_tree(data, max_depth=MAX_DEPTH)
    found = _from_rdf(root) if root.tag == "RDF" else _from_xml(root)
    if not found["spdxVersion"]:
        raise ValueError("not an SPDX document: it has no version")
    return found


def _from_xml(root: Element) -> dict[str, Any]:
    return {
        "spdxVersion": root.first("spdxVersion").value,
        "name": root.first("name").value,
        "creationInfo": {"creators": [element.value for element in root.first("creationInfo").all("creators")]},
        "documentDescribes": [element.value for element in root.all("documentDescribes")],
        "relationships": [{key: relation.first(key).value for key in _RELATION} for relation in root.all("relationships")],
        "annotations": _annotations(root.all("annotations")),
        "packages": [
            {
                **{key: package.first(key).value for key in ("SPDXID", *_FIELDS, *_CHOICES)},
                "externalRefs": [
                    {key: reference.first(key).value for key in ("referenceType", "referenceLocator")}
                    for reference in package.all("externalRefs")
                ],
                "annotations": _annotations(package.all("annotations")),
            }
            for package in root.all("packages")
        ],
    }


def _from_rdf(root: Element) -> dict[str, Any]:
    nodes = list(root.below())
    about = next((node for node in nodes if node.tag == "SpdxDocument"), Element("", {}))
    described = [_target(element) for element in about.all("describesPackage")]
    relations = [relation for holder in about.all("relationship") for relation in holder.all("Relationship")]
    describes = [relation for relation in relations if _resource(relation.first("relationshipType")) == "describes"]
    described += [_target(relation.first("relatedSpdxElement")) for relation in describes]
    return {
        "spdxVersion": about.first("specVersion").value,
        "name": about.first("name").value,
        "creationInfo": {
            "creators": [element.value for node in nodes if node.tag == "CreationInfo" for element in node.all("creator")]
        },
        "documentDescribes": described,
        "packages": [_rdf_package(node) for node in nodes if node.tag == "Package" and node.first("name").value],
    }


def _rdf_package(node: Element) -> dict[str, Any]:
    return {
        "SPDXID": _fragment(node.attributes.get("about", "")),
        **{key: node.first(key).value for key in _FIELDS},
        **{key: _resource(node.first(key)) for key in _CHOICES[:2]},
        "primaryPackagePurpose": _resource(node.first("primaryPackagePurpose")).upper(),
        "externalRefs": [
            {
                "referenceType": _resource(ref.first("referenceType")),
                "referenceLocator": ref.first("referenceLocator").value,
            }
            for holder in node.all("externalRef")
            for ref in holder.all("ExternalRef")
        ],
    }


def _annotations(elements: list[Element]) -> list[dict[str, str]]:
    return [{"comment": element.first("comment").value} for element in elements]


def _target(holder: Element) -> str:
    """The id of the node to which a property refers, by its address or by containing it."""
    inner = holder.children[0].attributes.get("about", "") if holder.children else ""
    return _fragment(holder.attributes.get("resource", "") or inner)


def _resource(element: Element) -> str:
    """The last part of an address, which is a term of the ontology: "purl", "describes", "MIT"."""
    word = element.attributes.get("resource", "").rpartition("/")[2].rpartition("#")[2]
    word = word.removeprefix("relationshipType_").removeprefix("purpose_")
    return word.upper() if word in ("noassertion", "none") else word


def _fragment(address: str) -> str:
    return address.rpartition("#")[2]
