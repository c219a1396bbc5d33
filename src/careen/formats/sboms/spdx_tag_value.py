"""An SPDX document in tag-value, converted to the structure of its JSON; fields that Careen does not read are left out.

Raises: ValueError for other data. **Source:** SPDX 2.3, annex H and clauses 6, 7 and 11.
"""

from collections.abc import Iterator
from typing import Any

MAX_LINES = 5_000_000
_DOCUMENT = {"SPDXVersion": "spdxVersion", "DocumentName": "name"}
_PACKAGE = {
    "PackageVersion": "versionInfo",
    "PackageSupplier": "supplier",
    "PackageSourceInfo": "sourceInfo",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageLicenseConcluded": "licenseConcluded",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}


def document(data: bytes) -> dict[str, Any]:
    packages: list[dict[str, Any]] = []
    relations: list[dict[str, str]] = []
    creators: list[str] = []
    found: dict[str, Any] = {"packages": packages, "relationships": relations, "creationInfo": {"creators": creators}}
    package: dict[str, Any] | None = None
    for tag, value in _tags(data):
        if tag in _DOCUMENT:
            found.setdefault(_DOCUMENT[tag], value)
        elif tag == "Creator":
            creators.append(value)
        elif tag == "PackageName":
            package = {"name": value, "externalRefs": []}
            packages.append(package)
        elif tag in ("FileName", "SnippetSPDXID"):
            package = None
        elif tag == "Relationship" and len(words := value.split()) == 3:
            relations.append(dict(zip(("spdxElementId", "relationshipType", "relatedSpdxElement"), words, strict=True)))
        elif package is None:
            continue
        elif tag == "SPDXID":
            package.setdefault("SPDXID", value)
        elif tag == "ExternalRef" and len(words := value.split(maxsplit=2)) == 3:
            package["externalRefs"].append({"referenceType": words[1], "referenceLocator": words[2]})
        elif tag in _PACKAGE:
            package.setdefault(_PACKAGE[tag], value)
    if "spdxVersion" not in found:
        raise ValueError("not an SPDX document: it has no SPDXVersion")
    return found


def _tags(data: bytes) -> Iterator[tuple[str, str]]:
    """The (tag, value) pairs; the lines of a value between <text> and </text> are joined."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    if len(lines) > MAX_LINES:
        raise ValueError(f"more than {MAX_LINES} lines")
    tag, parts = "", list[str]()
    for line in lines:
        if parts:
            parts.append(line)
            if "</text>" in line:
                yield tag, "\n".join(parts).partition("</text>")[0]
                parts = []
            continue
        if line.lstrip().startswith("#") or ":" not in line:
            continue
        tag, _, value = (part.strip() for part in line.partition(":"))
        if not value.startswith("<text>"):
            yield tag, value
        elif "</text>" in value:
            yield tag, value.removeprefix("<text>").partition("</text>")[0]
        else:
            parts = [value.removeprefix("<text>")]
            parts[0] = parts[0] or " "
    if parts:
        raise ValueError("a <text> has no end")
