"""SPDX 2 in JSON, YAML, XML, RDF or tag-value and the JSON-LD of 3.0, as Careen, Syft, Trivy and build tools write it.

A package with a package URL among its external references is a package; one without is listed as ``generic`` and not
assessed, unless it is the image itself or its distribution.
Raises: ValueError for other data. **Source:** SPDX 2.3, clauses 7 and 12; SPDX 3.0.1, profile Software.
"""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from careen.distributions.registry import id_of
from careen.formats.data.plain import json_object, mapping, objects, sequence, text
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.purl_package import distribution_in, package_of
from careen.formats.sboms import sbom_properties, spdx_tag_value
from careen.formats.sboms.joined import joined
from careen.formats.sboms.made_by import creator
from careen.formats.sboms.wrapping import unwrapped
from careen.model.inventory import Unknown
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.sbom import Sbom, SbomLayer
from careen.plugins import SbomFormat
from careen.safety.pattern import pattern
from careen.sboms.spdx import xml_form

_NOTHING = ("", "NOASSERTION", "NONE")
_BUILT_FROM = "built package from: "
_FOUND_BY_SYFT, _FOUND_BY_TRIVY = "acquired package info from ", "package found in: "
_CONTAINER = ("CONTAINER", "OPERATING_SYSTEM", "OPERATING-SYSTEM", "OPERATINGSYSTEM")
_YAML = pattern(rb"^[\"']?spdxVersion[\"']?\s{0,20}:", re.MULTILINE)


def read(data: bytes) -> Sbom:
    document = _document(as_utf8(data))
    if "@graph" in document:
        document = _as_version_2(document)
    if not text(document.get("spdxVersion")).startswith("SPDX-2"):
        raise ValueError("not an SPDX document of version 2 or 3")
    subjects = _subjects(document)
    packages, faults = list[Package](), list[Unknown]()
    distribution, subject = None, dict[str, Any]()
    for entry in objects(document.get("packages"), "packages"):
        purpose = text(entry.get("primaryPackagePurpose"))
        named = _purl(entry)
        of_image = (not named and len(subjects) == 1) or named.startswith(("pkg:oci/", "pkg:docker/"))
        if purpose in _CONTAINER or (text(entry.get("SPDXID")) in subjects and of_image):
            if purpose.startswith("OPERATING"):
                name, version = text(entry.get("name")), text(entry.get("versionInfo"))
                distribution = Distribution(id_of(name), version) if name else None
            subject = subject or entry
            continue
        try:
            package = _package(entry)
        except ValueError as error:
            shown = (named or text(entry.get("name")))[:200]
            faults.append(Unknown("spdx", Evidence("", 0), f"{shown}: {error}"))
            continue
        packages.append(package)
    found = joined(packages)
    pairs = _notes(document)
    tool = creator([text(name) for name in sequence(mapping(document.get("creationInfo")).get("creators"))])
    inventory = sbom_properties.inventory_with(found, pairs, distribution or distribution_in(found), faults, tool)
    layers = (value.partition(" ") for name, value in pairs if name == "image_layer")
    digest = text(subject.get("versionInfo"))
    return Sbom(
        inventory,
        text(subject.get("name")) or text(document.get("name")),
        digest if digest.startswith("sha256:") else "",
        tuple(SbomLayer(digest, diff_id) for digest, _, diff_id in layers),
    )


def _document(data: bytes) -> dict[str, Any]:
    match data.lstrip()[:1]:
        case b"{":
            return unwrapped(json_object(data))
        case b"<":
            return xml_form.document(data)
    return mapping(yaml_document(data)) if _YAML.search(data) else spdx_tag_value.document(data)


def _package(entry: dict[str, Any]) -> Package:
    name, version, purl = text(entry.get("name")), text(entry.get("versionInfo")), _purl(entry)
    version = "" if version in _NOTHING else version
    if purl:
        package = package_of(purl, (name,), version)
    elif name:
        package = Package("generic", None, name, version)
    else:
        raise ValueError("a package without name")
    licences = (text(entry.get(key)) for key in ("licenseDeclared", "licenseConcluded"))
    licence = next((found for found in licences if found not in _NOTHING), None)
    notes = _notes(entry)
    package = replace(package, licenses=(licence,) if licence else (), cataloger="spdx")
    supplier, cpe = text(entry.get("supplier")).partition(": ")[2], _reference(entry, "cpe23Type")
    if not notes:
        source, places = _source(entry, package, purl), _places(text(entry.get("sourceInfo")))
        return replace(package, maintainer=supplier or None, cpe=cpe or None, source=source, evidence=places)
    licences = (value for key, value in notes if key == "licence")
    package = replace(package, licenses=tuple(licences))
    return sbom_properties.restored(
        package, dict(notes) | {"maintainer": supplier, "cpe": cpe}, [value for key, value in notes if key == "path"]
    )


def _source(entry: dict[str, Any], package: Package, purl: str) -> Source | None:
    """The source package, which Trivy names in a sentence: "built package from: openssl 3.0.11-1"."""
    words = text(entry.get("sourceInfo")).removeprefix(_BUILT_FROM).split()
    is_stated = text(entry.get("sourceInfo")).startswith(_BUILT_FROM) and len(words) == 2
    if not is_stated or package.type not in ("deb", "rpm", "apk") or "upstream=" in purl:
        return package.source
    return Source(words[0], words[1])


def _places(sentence: str) -> tuple[Evidence, ...]:
    """The places, which Syft and Trivy name in a sentence: "acquired package info from installed java archive:
    /a.jar, /b.jar"."""
    if sentence.startswith(_FOUND_BY_TRIVY):
        paths = [sentence.removeprefix(_FOUND_BY_TRIVY)]
    elif sentence.startswith(_FOUND_BY_SYFT):
        paths = [path for path in sentence.partition(": ")[2].split(", ") if path.startswith("/")]
    else:
        return ()
    return tuple(dict.fromkeys(Evidence(path.lstrip("/"), 0) for path in paths if path))


def _purl(entry: dict[str, Any]) -> str:
    return _reference(entry, "purl")


def _reference(entry: dict[str, Any], kind: str) -> str:
    references = map(mapping, sequence(entry.get("externalRefs")))
    return next(
        # SPDX 2.0 and RDF have the address of a type, which ends with its name.
        (
            text(found.get("referenceLocator"))
            for found in references
            if text(found.get("referenceType")).rpartition("/")[2].lower() == kind.lower()
        ),
        "",
    )


def _notes(holder: dict[str, Any]) -> list[tuple[str, str]]:
    """The properties that Careen wrote: pairs of texts in an annotation."""
    pairs: list[tuple[str, str]] = []
    for note in map(mapping, sequence(holder.get("annotations"))):
        comment = text(note.get("comment"))
        if comment.startswith(sbom_properties.PREFIX):
            try:
                found = msgspec.json.decode(comment.removeprefix(sbom_properties.PREFIX), type=list[tuple[str, str]])
            except (msgspec.MsgspecError, RecursionError):
                continue
            pairs += found
    return pairs


def _subjects(document: dict[str, Any]) -> set[str]:
    """The ids of the document's subjects, which are not packages in it."""
    relations = map(mapping, sequence(document.get("relationships")))
    described = (text(found.get("relatedSpdxElement")) for found in relations if found.get("relationshipType") == "DESCRIBES")
    return {*described, *map(text, sequence(document.get("documentDescribes")))} - {""}


def _as_version_2(document: dict[str, Any]) -> dict[str, Any]:
    """The packages of an SPDX 3.0 graph in the structure of 2.3."""
    elements = [mapping(element) for element in sequence(document["@graph"])]
    by_id = {text(element.get("spdxId")) or text(element.get("@id")): element for element in elements}
    notes, declared = _statements(elements), _declared_licences(elements, by_id)
    packages, name, roots, tools = [], "", list[str](), list[str]()
    document_notes: list[dict[str, str]] = []
    for element in elements:
        kind = text(element.get("type")) or text(element.get("@type"))
        if kind == "SpdxDocument":
            name = text(element.get("name"))
        if kind == "Tool":
            tools.append(f"Tool: {text(element.get('name'))}")
        if kind in ("SpdxDocument", "software_Sbom"):
            roots += map(text, sequence(element.get("rootElement")))
        if kind == "software_Package":
            packages.append(_package_of_version_3(element, by_id, notes, declared))
    for package in packages:
        if package["SPDXID"] in roots:
            document_notes += package["annotations"]
    return {
        "spdxVersion": "SPDX-2.3",
        "name": name,
        "creationInfo": {"creators": tools},
        "packages": packages,
        "documentDescribes": roots,
        "annotations": document_notes,
    }


def _package_of_version_3(
    element: dict[str, Any],
    by_id: dict[str, dict[str, Any]],
    notes: dict[str, list[dict[str, str]]],
    declared: dict[str, str],
) -> dict[str, Any]:
    id = text(element.get("spdxId"))
    purl, cpe = text(element.get("software_packageUrl")), ""
    for identifier in map(mapping, sequence(element.get("externalIdentifier"))):
        if identifier.get("externalIdentifierType") == "packageUrl":
            purl = purl or text(identifier.get("identifier"))
        if identifier.get("externalIdentifierType") == "cpe23":
            cpe = cpe or text(identifier.get("identifier"))
    supplier = text(by_id.get(text(element.get("suppliedBy")), {}).get("name"))
    purpose = text(element.get("software_primaryPurpose"))
    return {
        "SPDXID": id,
        "name": text(element.get("name")),
        "versionInfo": text(element.get("software_packageVersion")),
        "sourceInfo": text(element.get("software_sourceInfo")),
        "primaryPackagePurpose": "OPERATING_SYSTEM" if purpose == "operatingSystem" else purpose.upper(),
        "supplier": f"Organization: {supplier}" if supplier else "",
        "licenseDeclared": declared.get(id, ""),
        "externalRefs": [
            {"referenceType": kind, "referenceLocator": value} for kind, value in (("purl", purl), ("cpe23Type", cpe)) if value
        ],
        "annotations": notes.get(id, []),
    }


def _statements(elements: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """The annotations, by the id of the element that they are about."""
    found: dict[str, list[dict[str, str]]] = {}
    for element in elements:
        if element.get("type") == "Annotation":
            found.setdefault(text(element.get("subject")), []).append({"comment": text(element.get("statement"))})
    return found


def _declared_licences(elements: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in elements:
        if element.get("relationshipType") in ("hasDeclaredLicense", "hasConcludedLicense"):
            licences = (by_id.get(text(to), {}) for to in sequence(element.get("to")))
            expressions = (text(licence.get("simplelicensing_licenseExpression")) for licence in licences)
            for expression in filter(None, expressions):
                is_declared = element["relationshipType"] == "hasDeclaredLicense"
                subject = text(element.get("from"))
                found[subject] = expression if is_declared else found.get(subject, expression)
    return found


SBOM_FORMAT = SbomFormat(
    name="spdx",
    accepts=lambda head: (
        b'"spdxVersion"' in head
        or _YAML.search(head) is not None
        or b"<spdxVersion>" in head
        or xml_form.RDF_NAMESPACE.encode() in head
        or b"spdx.org/rdf/3." in head
        or head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"SPDXVersion:")
        or b"\nSPDXVersion:" in head
    ),
    read=read,
    description="SPDX in JSON, YAML, XML, RDF or tag-value",
)
