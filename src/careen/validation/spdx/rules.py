"""Rules of SPDX 2 that its schema does not have: identifiers, references, dates, creators, digests.

**Source:** SPDX 2.3, clauses 6 to 12.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.safety.pattern import pattern
from careen.validation.problem import Path, Problem, at, quoted

DOCUMENT = "SPDXRef-DOCUMENT"
_VERSION = pattern(r"SPDX-2\.[0-3]")
_ID = pattern(r"SPDXRef-[a-zA-Z0-9.+-]{1,2000}")
_EXTERNAL = pattern(r"(DocumentRef-[a-zA-Z0-9.+-]{1,2000}):SPDXRef-[a-zA-Z0-9.+-]{1,2000}")
_DATE = pattern(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z")
_CREATOR = pattern(r"(?:Person|Organization|Tool): ?\S.*", 16)
_HEX = pattern(r"[0-9a-fA-F]{1,512}")
_NAMESPACE = pattern(r"[a-zA-Z][a-zA-Z0-9+.-]{0,40}:[^#\s]{1,4000}")
_NOTHING = ("NOASSERTION", "NONE")
_DATES = ("releaseDate", "builtDate", "validUntilDate", "annotationDate", "reviewDate", "created")
# characters of a digest
_DIGITS = {
    "ADLER32": 8,
    "MD2": 32,
    "MD4": 32,
    "MD5": 32,
    "SHA1": 40,
    "SHA224": 56,
    "SHA256": 64,
    "SHA384": 96,
    "SHA512": 128,
    "SHA3-256": 64,
    "SHA3-384": 96,
    "SHA3-512": 128,
    "BLAKE2b-256": 64,
    "BLAKE2b-384": 96,
    "BLAKE2b-512": 128,
}
ELEMENTS = ("packages", "files", "snippets")


def rule_problems(document: dict[str, Any]) -> Iterator[Problem]:
    """Yields the violations of rules that no schema can state, in a document that its schema allows."""
    yield from _head(document)
    known = {DOCUMENT}
    for holder in ELEMENTS:
        for number, element in enumerate(sequence(document.get(holder))):
            path = (holder, number)
            id = text(mapping(element).get("SPDXID"))
            if not _ID.fullmatch(id):
                yield at(
                    (*path, "SPDXID"), f"{quoted(id)} is not SPDXRef- with letters, digits, dots and hyphens", "identifier"
                )
            elif id in known:
                yield at((*path, "SPDXID"), f"{quoted(id)} is given to another element too", "identifier")
            known.add(id)
            yield from _element(path, mapping(element))
    yield from _references(document, known)


def _head(document: dict[str, Any]) -> Iterator[Problem]:
    if not _VERSION.fullmatch(text(document.get("spdxVersion"))):
        yield at(
            ["spdxVersion"], f"{quoted(document.get('spdxVersion'))} is not a version from SPDX-2.0 to SPDX-2.3", "version"
        )
    if document.get("dataLicense") != "CC0-1.0":
        yield at(["dataLicense"], f"{quoted(document.get('dataLicense'))} is not CC0-1.0", "data licence")
    if document.get("SPDXID") != DOCUMENT:
        yield at(["SPDXID"], f"{quoted(document.get('SPDXID'))} is not {DOCUMENT}", "identifier")
    if not _NAMESPACE.fullmatch(namespace := text(document.get("documentNamespace"))):
        yield at(["documentNamespace"], f"{quoted(namespace)} is not an absolute URI without a fragment", "namespace")
    creation = mapping(document.get("creationInfo"))
    yield from _dates(("creationInfo",), creation)
    for number, creator in enumerate(sequence(creation.get("creators"))):
        if not _CREATOR.fullmatch(text(creator)):
            yield at(
                ("creationInfo", "creators", number), f"{quoted(creator)} is no Person:, Organization: or Tool:", "creator"
            )
    for holder in ("annotations", "revieweds"):
        for number, note in enumerate(sequence(document.get(holder))):
            yield from _dates((holder, number), mapping(note))


def _element(path: Path, element: dict[str, Any]) -> Iterator[Problem]:
    yield from _dates(path, element)
    for number, checksum in enumerate(sequence(element.get("checksums"))):
        digits = _DIGITS.get(text(mapping(checksum).get("algorithm")))
        value = text(mapping(checksum).get("checksumValue"))
        if not _HEX.fullmatch(value) or (digits and len(value) != digits):
            yield at((*path, "checksums", number), f"{quoted(value)} is not a digest of this algorithm", "checksum")
    for number, note in enumerate(sequence(element.get("annotations"))):
        yield from _dates((*path, "annotations", number), mapping(note))
    if element.get("filesAnalyzed") is False and "packageVerificationCode" in element:
        why = "a package whose files are not analysed has no verification code"
        yield at((*path, "packageVerificationCode"), why, "verification code")


def _dates(path: Path, element: dict[str, Any]) -> Iterator[Problem]:
    for field in _DATES:
        if field in element and not _DATE.fullmatch(text(element[field])):
            yield at((*path, field), f"{quoted(element[field])} is not a date such as 2026-01-31T12:00:00Z", "date")


def _references(document: dict[str, Any], known: set[str]) -> Iterator[Problem]:
    external = {text(mapping(entry).get("externalDocumentId")) for entry in sequence(document.get("externalDocumentRefs"))}
    for path, id in _referring(document):
        if id in known or id in _NOTHING:
            continue
        match = _EXTERNAL.fullmatch(id)
        if not match or match[1] not in external:
            yield at(path, f"{quoted(id)} is not an element of the document", "reference")


def _referring(document: dict[str, Any]) -> Iterable[tuple[Path, str]]:
    for number, relation in enumerate(sequence(document.get("relationships"))):
        for field in ("spdxElementId", "relatedSpdxElement"):
            yield ("relationships", number, field), text(mapping(relation).get(field))
    for number, id in enumerate(sequence(document.get("documentDescribes"))):
        yield ("documentDescribes", number), text(id)
    for number, package in enumerate(sequence(document.get("packages"))):
        for index, id in enumerate(sequence(mapping(package).get("hasFiles"))):
            yield ("packages", number, "hasFiles", index), text(id)
    for number, snippet in enumerate(sequence(document.get("snippets"))):
        yield ("snippets", number, "snippetFromFile"), text(mapping(snippet).get("snippetFromFile"))
