"""A vendor's CVRF document about builds, as a document of ``formats.feeds.csaf``; CSAF is its successor.

Shape: ``ProductTree`` names products and builds in branches. SUSE puts a build into a product by a ``Relationship``, whose
id is in the ``Status``; openEuler lists builds with the CPE of their product, and a status of the product applies to all of
them. ``Vulnerability`` has a CVE, ``ProductStatuses``, the impact among its ``Threats`` and CVSS. A build is named
"freerdp-2.1.2-12.26.1" or "firefox-128.8.0-1.oe2203sp3.aarch64.rpm"; a package without a version is every build.
Raises: ValueError for data that is not a CVRF document.  **Source:** ICASI CVRF 1.1; OASIS CVRF 1.2.
"""

from collections.abc import Iterator
from pathlib import Path

from careen.formats.data.xml_stream import Element, elements, elements_of
from careen.formats.feeds import cvss

from .csaf import MAX_PRODUCTS, Component, Document, Statement, Vulnerability, named_component

MAX_BYTES = 256 << 20
_PARTS = frozenset(("DocumentTitle", "DocumentTracking", "DocumentNotes", "ProductTree", "Vulnerability"))
_STATES = {  # as CSAF spells them
    "Fixed": "fixed", "Recommended": "recommended", "First Fixed": "fixed", "Known Affected": "known_affected",
    "First Affected": "known_affected", "Last Affected": "known_affected", "Known Not Affected": "known_not_affected",
    "Under Investigation": "under_investigation",
}  # fmt: skip

_Builds = dict[str, list[tuple[str, Component]]]


def read(file: Path, vendor: str) -> Document:
    return _document(elements(file, _PARTS, MAX_BYTES), vendor)


def read_bytes(data: bytes, vendor: str) -> Document:
    return _document(iter(elements_of(data, _PARTS)), vendor)


def _document(parts: Iterator[Element], vendor: str) -> Document:
    id = title = general = ""
    builds: _Builds = {}
    vulnerabilities: list[Vulnerability] = []
    found = False
    for part in parts:
        match part.name:
            case "DocumentTitle":
                title, found = part.text.strip(), True
            case "DocumentTracking":
                id = part.value("Identification", "ID")
            case "DocumentNotes":
                general = next(
                    (note.text.strip() for note in part.below("Note") if note.attributes.get("Title") == "Severity"), ""
                )
            case "ProductTree":
                builds = _builds(part)
            case "Vulnerability":
                vulnerabilities += _vulnerability(part, title, general, builds, vendor)
    if not found:
        raise ValueError("not a CVRF document")
    return Document(id, title, "cvrf", tuple(vulnerabilities))


def _builds(tree: Element) -> _Builds:
    """Products and components by the id that a status names."""
    products: dict[str, str] = {}  # by id: its CPE, or its name
    components: dict[str, Component] = {}
    found: _Builds = {}
    for branch in tree.below("Branch"):
        of_builds = branch.attributes.get("Type") in ("Product Version", "Package Arch")
        for named in (child for child in branch.children if child.name == "FullProductName"):
            id, cpe, name = named.attributes.get("ProductID", ""), named.attributes.get("CPE", ""), named.text.strip()
            if not of_builds:
                products[id] = cpe or name
            elif component := named_component(name):
                components[id] = component
                if branch.attributes.get("Type") == "Package Arch" and cpe:
                    found.setdefault(cpe, []).append((cpe, component))
    for id, product in products.items():
        if product in found:  # its builds have its CPE
            found[id] = found[product]
    count = sum(map(len, found.values()))
    for relation in tree.below("Relationship"):
        named_whole = relation.first("FullProductName")
        whole, part = relation.attributes.get("RelatesToProductReference", ""), relation.attributes.get("ProductReference", "")
        built = components.get(part) or named_component(part)
        if named_whole and built:
            id = named_whole.attributes.get("ProductID", "")
            found.setdefault(id, []).append((products.get(whole, whole), built))
            count += 1
        if count > MAX_PRODUCTS:
            raise ValueError(f"more than {MAX_PRODUCTS} products")
    return found


def _vulnerability(part: Element, title: str, general: str, builds: _Builds, vendor: str) -> Iterator[Vulnerability]:
    cve = part.value("CVE")
    if not cve:
        return
    threats = [threat for threat in part.below("Threat") if threat.attributes.get("Type") == "Impact"]
    severity = next((text for threat in threats if (text := threat.value("Description"))), general)
    statements = tuple(
        Statement(status, product, component, (), severity)
        for listed in part.below("Status")
        if (status := _STATES.get(listed.attributes.get("Type", "")))
        for product_id in listed.children
        if product_id.name == "ProductID"
        for product, component in builds.get(product_id.text.strip(), ())
    )
    vectors = dict.fromkeys(vector.text.strip() for name in ("VectorV3", "VectorV2", "Vector") for vector in part.below(name))
    scores = tuple(found for vector in vectors for found in cvss.scored(vector, vendor))
    yield Vulnerability(cve, title, severity, scores, (), part.value("ReleaseDate")[:10], statements)
