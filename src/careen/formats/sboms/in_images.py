"""SBOMs that lie in an image: their usual file names, their content, and the entries that become packages.

Raises: ValueError if a file is not an SBOM.
**Source:** CycloneDX 1.7 and SPDX 2.3, JSON schemas; PEP 770 (``*.dist-info/sboms``).
"""

from typing import Any

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.purl_package import package_of
from careen.model.package import Package

MAX_DEPTH = 16  # of nested components
KINDS = ("spdx", "cdx", "cyclonedx", "sbom", "syft", "bom")
NAMES = ("sbom.json", "bom.json", "sbom.xml", "bom.xml", "sbom", "bom")
SUFFIXES = (*(f".{kind}.{form}" for kind in KINDS for form in ("json", "xml")), ".spdx", ".cdx", ".sbom")
LOOSE_NAMES = ("bom.json", "bom.xml", "bom", ".spdx", ".cdx")  # names that other kinds of files have, too
SKIPPED_TYPES = ("oci", "docker", "generic")  # the image itself, and packages without a known ecosystem


def document_of(data: bytes, path: str) -> dict[str, Any]:
    """The document in the structure of its JSON; {} if the file is of another kind with such a name."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if data[:1] == b"<":
        from careen.formats.sboms import cyclonedx_xml

        return cyclonedx_xml.document(data) if cyclonedx_xml.NAMESPACE.encode() in data[:2000] else {}
    if b"SPDXVersion:" in data[:2000] and data[:1] != b"{":
        from careen.formats.sboms import spdx_tag_value

        return spdx_tag_value.document(data)
    return {} if data[:1] != b"{" and path.endswith(LOOSE_NAMES) else json_object(data)


def listed(purl: str, name: str = "", version: str = "") -> Package | None:
    """The package of an entry; None for a type that is not listed. ``version`` is that beside the URL. Raises
    ValueError if ``purl`` is not a package URL."""
    package = package_of(purl, (name,), version)
    return None if package.type in SKIPPED_TYPES else package


def spdx_purl(entry: dict[str, Any]) -> str:
    references = map(mapping, sequence(entry.get("externalRefs")))
    return next((text(found.get("referenceLocator")) for found in references if found.get("referenceType") == "purl"), "")
