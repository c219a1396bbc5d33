"""The packages as an SPDX 2.3 document in JSON.

The format has no findings. One annotation of a package contains what the format's fields cannot, so that
``careen scan sbom:FILE`` gives the same findings as the image. The document's name space is derived from the image's
digest, so that two scans of one image have the same.
**Source:** SPDX 2.3 (ISO/IEC 5962), clauses 6 to 12 and annex F (external references).
"""

import re
from collections.abc import Sequence
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

import msgspec

from careen import __version__
from careen.components.content import Component, content_of, distribution_name, top_level
from careen.formats.packages.purl_package import full_purl
from careen.formats.sboms import sbom_properties
from careen.licences.expressions import REFERENCE, ids_in, is_valid
from careen.licences.library import LIST_VERSION
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.plugins import Reporter, ReportOptions

DOCUMENT, IMAGE = "SPDXRef-DOCUMENT", "SPDXRef-Image"
NOTHING = "NOASSERTION"
_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report), stream)


def document(report: Report) -> dict[str, Any]:
    content = content_of(report)
    packages = [_package(component, report.created) for component in content.components]
    image = report.image
    notes = [
        ("coverage", report.coverage.verdict),
        *((f"coverage:{why.code}", why.detail) for why in report.coverage.reasons),
        *sbom_properties.of_layers(image),
        *sbom_properties.of_inventory(report.inventory, report.unknowns),
    ]
    subject = {
        "SPDXID": IMAGE,
        "name": image.reference,
        **({"versionInfo": image.digest} if image.digest else {}),
        **({"checksums": [_checksum("SHA256", digest)]} if (digest := _sha256(image.digest)) else {}),
        **_undecided(),
        "supplier": _organization(content.supplier),
        "primaryPackagePurpose": "CONTAINER" if image.kind in ("image", "sbom") else "FILE",
    }
    known = uuid5(NAMESPACE_URL, f"careen:{image.digest or image.reference}")
    distribution = _distribution(report)
    listed = [*distribution, *packages]
    ids = {component.ref: _id(component) for component in content.components}
    owners = {component.purl: ids[component.ref] for component in reversed(content.components)}
    top = {ids[ref] for ref in top_level(content.components)}
    owned = [
        (owners[component.package.owned_by], ids[component.ref])
        for component in content.components
        if component.package.owned_by in owners and owners[component.package.owned_by] != ids[component.ref]
    ]
    references = _references(content.components)
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": image.reference,
        "documentNamespace": f"urn:uuid:{known}",
        "creationInfo": {
            "created": report.created,
            "creators": [f"Tool: careen-{__version__}"],
            "licenseListVersion": LIST_VERSION,
        },
        "annotations": [_note(notes, report.created)],
        "packages": [subject, *listed],
        "relationships": [
            _relation(DOCUMENT, "DESCRIBES", IMAGE),
            *(_relation(IMAGE, "CONTAINS", entry["SPDXID"]) for entry in listed),
            *(_relation(IMAGE, "DEPENDS_ON", id) for id in sorted(top) if content.detailed),
            *(_relation(owner, "CONTAINS", id) for owner, id in owned),
            *(
                _relation(ids[component.ref], "DEPENDS_ON", ids[other])
                for component in content.components
                for other in component.needs
            ),
        ],
        **({"hasExtractedLicensingInfos": references} if references else {}),
    }


def _package(component: Component, created: str) -> dict[str, Any]:
    package, licence = component.package, component.licence
    pairs = sbom_properties.of_package(package)
    pairs += [("path", place.path) for place in package.evidence if place.path]
    pairs += [("licence", name) for name in package.licenses if name]
    cpe = (
        [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": package.cpe}]
        if package.cpe
        else []
    )
    checksums = [_checksum(name.replace("-", ""), value) for name, value in component.digests.items()]
    found = sorted({id for file in component.licence_files for id in ids_in(file.expression)})
    return {
        "SPDXID": _id(component),
        "name": package.name or NOTHING,
        **({"versionInfo": package.version} if package.version else {}),
        **_undecided(),
        "supplier": _organization(component.supplier),
        **({"checksums": checksums} if checksums else {}),
        "licenseDeclared": _licence(licence.declared),
        "licenseConcluded": _licence(licence.concluded),
        **({"licenseComments": f"Found in its files: {', '.join(found)}"} if found else {}),
        "copyrightText": "\n".join(component.holders) or NOTHING,
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": full_purl(package)},
            *cpe,
        ],
        "annotations": [_note(pairs, created)],
    }


def _id(component: Component) -> str:
    """The id of a component, made from its full purl and its owner, so that a package has the same id in every document."""
    return f"SPDXRef-Package-{component.id}"


def _distribution(report: Report) -> list[dict[str, Any]]:
    found = report.inventory.distribution
    if found is None:
        return []
    supplier = _organization(distribution_name(report))
    entry = {"SPDXID": "SPDXRef-Distribution", "name": found.id, **_undecided(), "supplier": supplier}
    version = {"versionInfo": found.version} if found.version else {}
    return [{**entry, **version, "primaryPackagePurpose": "OPERATING_SYSTEM"}]


def _undecided() -> dict[str, Any]:
    return {"downloadLocation": NOTHING, "filesAnalyzed": False, "licenseConcluded": NOTHING, "copyrightText": NOTHING}


def _organization(name: str) -> str:
    return f"Organization: {_LINE.sub(' ', name)}" if name else NOTHING


def _licence(expression: str) -> str:
    return expression if expression and is_valid(expression) else NOTHING


def _references(components: Sequence[Component]) -> list[dict[str, Any]]:
    """Licences that are not on the list: the document has to state the text of each."""
    licences = [component.licence for component in components]
    expressions = {text for licence in licences for text in (licence.declared, licence.concluded) if is_valid(text)}
    names = sorted({id for text in expressions for id in ids_in(text) if id.startswith(REFERENCE)})
    return [
        {"licenseId": name, "name": name.removeprefix(REFERENCE), "extractedText": "The package's metadata name this licence."}
        for name in names
    ]


def _checksum(algorithm: str, value: str) -> dict[str, str]:
    return {"algorithm": algorithm, "checksumValue": value}


def _sha256(digest: str) -> str:
    match = re.fullmatch(r"sha256:([0-9a-f]{64})", digest)
    return match[1] if match else ""


def _note(pairs: list[tuple[str, str]], created: str) -> dict[str, str]:
    clean = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
    return {
        "annotationDate": created,
        "annotationType": "OTHER",
        "annotator": f"Tool: careen-{__version__}",
        "comment": sbom_properties.PREFIX + msgspec.json.encode(clean).decode(),
    }


def _relation(one: str, how: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}


REPORTER = Reporter(
    name="spdx",
    media_type="application/spdx+json; version=2.3",
    write=write,
    description="packages as an SBOM (SPDX 2.3)",
    with_places=False,
    with_details=True,
)
