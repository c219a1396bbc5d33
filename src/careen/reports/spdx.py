"""The packages as an SPDX 2.3 document in JSON.

The format has no findings. One annotation of a package contains what the format's fields cannot, so that
``careen scan sbom:FILE`` gives the same findings as the image. The document's name space is derived from the image's
digest, so that two scans of one image have the same.
**Source:** SPDX 2.3 (ISO/IEC 5962), clauses 6 to 12 and annex F (external references).
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

import msgspec

from careen import __version__
from careen.formats.packages.purl_package import full_purl
from careen.formats.sboms import sbom_properties
from careen.model.package import Package
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.output.summary import merged
from careen.plugins import Reporter, ReportOptions

DOCUMENT, IMAGE = "SPDXRef-DOCUMENT", "SPDXRef-Image"
NOTHING = "NOASSERTION"
_LICENCE = re.compile(r"[A-Za-z0-9.-]{1,64}\+?")  # plain identifiers of the SPDX licence list
_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report), stream)


def document(report: Report) -> dict[str, Any]:
    packages = [_package(package, report.created) for _, package in merged(report.inventory.packages)]
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
        **_undecided(),
        "primaryPackagePurpose": "CONTAINER" if image.kind in ("image", "sbom") else "FILE",
    }
    known = uuid5(NAMESPACE_URL, f"careen:{image.digest or image.reference}")
    distribution = _distribution(report)
    listed = [*distribution, *packages]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": image.reference,
        "documentNamespace": f"urn:uuid:{known}",
        "creationInfo": {"created": report.created, "creators": [f"Tool: careen-{__version__}"]},
        "annotations": [_note(notes, report.created)],
        "packages": [subject, *listed],
        "relationships": [
            _relation(DOCUMENT, "DESCRIBES", IMAGE),
            *(_relation(IMAGE, "CONTAINS", entry["SPDXID"]) for entry in listed),
        ],
    }


def _package(package: Package, created: str) -> dict[str, Any]:
    """A purl stands twice when two packages own files of it: the owner is in the id then."""
    purl = full_purl(package)
    number = sha256(f"{purl}\0{package.owned_by or ''}".encode("utf-8", "replace")).hexdigest()[:16]
    pairs = sbom_properties.of_package(package)
    pairs += [("path", place.path) for place in package.evidence if place.path]
    pairs += [("licence", licence) for licence in package.licenses if licence]
    supplier = {"supplier": f"Organization: {_LINE.sub(' ', package.maintainer)}"} if package.maintainer else {}
    cpe = (
        [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": package.cpe}]
        if package.cpe
        else []
    )
    return {
        "SPDXID": f"SPDXRef-Package-{number}",
        "name": package.name,
        **({"versionInfo": package.version} if package.version else {}),
        **_undecided(),
        **supplier,
        "licenseDeclared": _licence(package.licenses),
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl},
            *cpe,
        ],
        "annotations": [_note(pairs, created)],
    }


def _distribution(report: Report) -> list[dict[str, Any]]:
    found = report.inventory.distribution
    if found is None:
        return []
    entry = {"SPDXID": "SPDXRef-Distribution", "name": found.id, **_undecided()}
    version = {"versionInfo": found.version} if found.version else {}
    return [{**entry, **version, "primaryPackagePurpose": "OPERATING-SYSTEM"}]


def _undecided() -> dict[str, Any]:
    return {"downloadLocation": NOTHING, "filesAnalyzed": False, "licenseConcluded": NOTHING, "copyrightText": NOTHING}


def _licence(licences: Iterable[str]) -> str:
    """A licence expression if all are plain identifiers; other texts are in the annotation only."""
    found = tuple(dict.fromkeys(licences))
    return " AND ".join(found) if found and all(map(_LICENCE.fullmatch, found)) else NOTHING


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
)
