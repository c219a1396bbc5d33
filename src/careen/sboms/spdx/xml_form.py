"""An SPDX document in XML or RDF/XML as the same structure that its JSON has; fields that nobody here reads are left out.

In XML an element has the name of the JSON field, and a list is the element repeated. In RDF the elements are nodes of a
graph, each written where it is first named: a package may stand anywhere, within a relationship of another one too.
Raises: ValueError for anything else and over the limits of an XML tree.
**Source:** SPDX 2.3, annex H and the RDF/OWL ontology; RDF 1.1 XML Syntax.
"""

from typing import Any

from careen.formats.data.xml_tree import Element, xml_tree

MAX_DEPTH = 512  # a graph is written as deep as its relationships lead
RDF_NAMESPACE = "http://spdx.org/rdf/terms#"
_FIELDS = ("name", "versionInfo", "supplier", "sourceInfo")
_RELATION = ("spdxElementId", "relationshipType", "relatedSpdxElement")
_CHOICES = ("licenseDeclared", "licenseConcluded", "primaryPackagePurpose")


def document(data: bytes) -> dict[str, Any]:
    root = xml_tree(data, max_depth=MAX_DEPTH)
    found = _of_rdf(root) if root.tag == "RDF" else _of_xml(root)
    if not found["spdxVersion"]:
        raise ValueError("no SPDX document: it does not say its version")
    return found


def _of_xml(root: Element) -> dict[str, Any]:
    return {
        "spdxVersion": root.first("spdxVersion").value,
        "name": root.first("name").value,
        "documentDescribes": [one.value for one in root.all("documentDescribes")],
        "relationships": [{key: one.first(key).value for key in _RELATION} for one in root.all("relationships")],
        "annotations": _annotations(root.all("annotations")),
        "packages": [
            {
                **{key: package.first(key).value for key in ("SPDXID", *_FIELDS, *_CHOICES)},
                "externalRefs": [
                    {key: one.first(key).value for key in ("referenceType", "referenceLocator")}
                    for one in package.all("externalRefs")
                ],
                "annotations": _annotations(package.all("annotations")),
            }
            for package in root.all("packages")
        ],
    }


def _of_rdf(root: Element) -> dict[str, Any]:
    nodes = list(root.below())
    about = next((node for node in nodes if node.tag == "SpdxDocument"), Element("", {}))
    described = [_target(one) for one in about.all("describesPackage")]
    relations = [relation for holder in about.all("relationship") for relation in holder.all("Relationship")]
    described += [
        _target(one.first("relatedSpdxElement")) for one in relations if _resource(one.first("relationshipType")) == "describes"
    ]
    return {
        "spdxVersion": about.first("specVersion").value,
        "name": about.first("name").value,
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
            {"referenceType": _resource(one.first("referenceType")), "referenceLocator": one.first("referenceLocator").value}
            for holder in node.all("externalRef")
            for one in holder.all("ExternalRef")
        ],
    }


def _annotations(elements: list[Element]) -> list[dict[str, str]]:
    return [{"comment": one.first("comment").value} for one in elements]


def _target(holder: Element) -> str:
    """The id of the node that a property leads to, named or written in place."""
    inner = holder.children[0].attributes.get("about", "") if holder.children else ""
    return _fragment(holder.attributes.get("resource", "") or inner)


def _resource(element: Element) -> str:
    """The last part of the address that stands for a word of the ontology: "purl", "describes", "MIT"."""
    word = element.attributes.get("resource", "").rpartition("/")[2].rpartition("#")[2]
    word = word.removeprefix("relationshipType_").removeprefix("purpose_")
    return word.upper() if word in ("noassertion", "none") else word


def _fragment(address: str) -> str:
    return address.rpartition("#")[2]
