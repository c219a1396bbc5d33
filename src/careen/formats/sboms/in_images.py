"""SBOMs that lie in an image: by which names they are known, what they hold, and which entries become packages.

Raises: ValueError for what is no SBOM.
**Source:** CycloneDX 1.7 and SPDX 2.3, JSON schemas; PEP 770 (``*.dist-info/sboms``).
"""

from typing import Any

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.purl_package import package_of
from careen.model.package import Package

MAX_DEPTH = 16  # of components in each other
KINDS = ("spdx", "cdx", "cyclonedx", "sbom", "syft", "bom")
NAMES = ("sbom.json", "bom.json", "sbom.xml", "bom.xml", "sbom", "bom")
SUFFIXES = (*(f".{kind}.{form}" for kind in KINDS for form in ("json", "xml")), ".spdx", ".cdx", ".sbom")
LOOSE_NAMES = ("bom.json", "bom.xml", "bom", ".spdx", ".cdx")  # of files that may be something else
SKIPPED_TYPES = ("oci", "docker", "generic")  # the image itself, and what nobody can name


def document_of(data: bytes, path: str) -> dict[str, Any]:
    """What the file says, as its JSON would; empty for what only has the name."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if data[:1] == b"<":
        from careen.formats.sboms import cyclonedx_xml

        return cyclonedx_xml.document(data) if cyclonedx_xml.NAMESPACE.encode() in data[:2000] else {}
    if b"SPDXVersion:" in data[:2000] and data[:1] != b"{":
        from careen.formats.sboms import spdx_tag_value

        return spdx_tag_value.document(data)
    return {} if data[:1] != b"{" and path.endswith(LOOSE_NAMES) else json_object(data)


def listed(purl: str, name: str = "") -> Package | None:
    """The package of an entry that is listed. Raises: ValueError for what is no package URL."""
    package = package_of(purl, (name,))
    return None if package.type in SKIPPED_TYPES else package


def spdx_purl(entry: dict[str, Any]) -> str:
    references = map(mapping, sequence(entry.get("externalRefs")))
    return next((text(one.get("referenceLocator")) for one in references if one.get("referenceType") == "purl"), "")
