"""Bills of materials that lie in an image: CycloneDX, SPDX and Syft in JSON, by the names that they usually have.

Listed is what has a package URL, with a confidence of 0.7: the author says that it is there, nobody looked. Bills of
single packages beside a package database (``var/lib/db/sbom``) are left out, as the database says the same.
Raises: ValueError for what is none of the three.
**Source:** CycloneDX 1.7 and SPDX 2.3, JSON schemas; PEP 770 (``*.dist-info/sboms``).
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from careen.formats.plaindata import json_object, mapping, sequence, text
from careen.formats.purlpackage import package_of
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

MAX_DEPTH = 16
CONFIDENCE = 0.7
SKIPPED_TYPES = ("oci", "docker", "generic")  # the image itself, and what nobody can name
_DATABASE = "var/lib/db/sbom/"


def read(file: File) -> Iterator[Package]:
    if _DATABASE in file.path:
        return
    document = json_object(file.data)
    if document.get("bomFormat") == "CycloneDX":
        found = _components(mapping(document.get("metadata")).get("component"), document.get("components"), 0)
    elif text(document.get("spdxVersion")).startswith("SPDX-2"):
        found = _spdx(document)
    elif isinstance(document.get("artifacts"), list):
        found = ((text(one.get("purl")), text(one.get("name"))) for one in map(mapping, document["artifacts"]))
    elif file.path.endswith("bom.json") and ".bom.json" not in file.path:
        return  # other things are called so, too
    else:
        raise ValueError("no bill of materials")
    seen: set[str] = set()
    for purl, name in found:
        if not purl or purl in seen:
            continue
        seen.add(purl)
        package = package_of(purl, (name,))
        if package.type not in SKIPPED_TYPES:
            yield replace(package, cataloger="embedded_sbom", confidence=CONFIDENCE)


def _components(subject: Any, components: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        raise ValueError(f"components are nested more than {MAX_DEPTH} deep")
    for one in map(mapping, [subject, *sequence(components)]):
        yield text(one.get("purl")), text(one.get("name"))
        if one.get("components"):
            yield from _components(None, one["components"], depth + 1)


def _spdx(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in map(mapping, sequence(document.get("packages"))):
        references = map(mapping, sequence(entry.get("externalRefs")))
        purl = next((text(one.get("referenceLocator")) for one in references if one.get("referenceType") == "purl"), "")
        yield purl, text(entry.get("name"))


CATALOGER = Cataloger(
    name="embedded_sbom",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(
            Wants(
                names=("sbom.json", "bom.json"),
                suffixes=(".spdx.json", ".cdx.json", ".sbom.json", ".syft.json", ".bom.json"),
            ),
            read,
        ),
    ),
    limits="Bills in XML, tag-value or SPDX 3; entries without a package URL; those that a native image carries inside.",
)
