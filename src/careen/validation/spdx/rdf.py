"""The violations of SPDX 2 in a graph in RDF/XML: nodes and properties that are required.

A node may be mentioned by its address and described elsewhere: all its descriptions count together.
**Source:** SPDX 2.3, clauses 6 to 12; the RDF/OWL ontology of SPDX 2.3.
"""

from collections.abc import Iterator

from careen.formats.data.xml_tree import Element
from careen.validation.problem import Problem, quoted

MAX_DEPTH = 512  # a graph is nested as deeply as its relationships
_NEEDED = {
    "SpdxDocument": ("specVersion", "dataLicense", "name", "creationInfo"),
    "CreationInfo": ("created", "creator"),
    "Package": ("name", "downloadLocation"),
    "File": ("fileName", "checksum"),
    "Snippet": ("snippetFromFile", "range"),
    "Relationship": ("relationshipType", "relatedSpdxElement"),
    "Checksum": ("algorithm", "checksumValue"),
    "Annotation": ("annotationDate", "annotationType", "annotator"),
    "ExternalRef": ("referenceCategory", "referenceType", "referenceLocator"),
    "ExtractedLicensingInfo": ("extractedText",),
    "ExternalDocumentRef": ("spdxDocument", "checksum"),
}


def graph_problems(root: Element) -> Iterator[Problem]:
    nodes = [node for node in root.below() if node.tag in _NEEDED and (node.children or node.attributes)]
    described: dict[tuple[str, str], set[str]] = {}
    for number, node in enumerate(nodes):
        name = node.attributes.get("about") or node.attributes.get("nodeID") or f"node {number}"
        described.setdefault((node.tag, name), set()).update(child.tag for child in node.children)
    documents = [name for tag, name in described if tag == "SpdxDocument"]
    if len(documents) != 1:
        yield Problem("/", f"{len(documents)} nodes are an SpdxDocument: one is needed", "document")
    for (tag, name), properties in described.items():
        if not properties:
            continue  # mentioned only
        for needed in _NEEDED[tag]:
            if needed not in properties:
                yield Problem(f"{tag} {name[:200]}", f"{quoted(needed)} is missing")
