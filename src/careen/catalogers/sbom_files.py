"""Files that an SBOM in an image assigns to a package: programs that the SBOM identifies.

It finds no packages (``embedded_sbom`` does). A file counts if the SBOM assigns it to a component that becomes a package
of the image: CycloneDX ``evidence.occurrences``, SPDX 2 relations ``CONTAINS``, Syft's ``locations``. A file without a package,
or whose component is not listed, stays unidentified, as nothing would assess it. Paths count from the root of the image and
from the SBOM's folder.
**Source:** CycloneDX 1.7, SPDX 2.3 and Syft JSON schemas.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.sboms.in_images import MAX_DEPTH, NAMES, SUFFIXES, document_of, listed, spdx_purl
from careen.model.delta import Fact
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

MAX_FILES = 20_000


def read(file: File) -> Iterator[str]:
    try:
        document = document_of(file.data, file.path)
    except ValueError:
        return  # embedded_sbom reports it
    if document.get("bomFormat") == "CycloneDX":
        subject = mapping(document.get("metadata")).get("component")
        found = _occurrences([subject, *sequence(document.get("components"))], 0)
    elif text(document.get("spdxVersion")).startswith("SPDX-2"):
        found = _contained(document)
    else:
        found = _locations(sequence(document.get("artifacts")))
    for path in islice(dict.fromkeys(filter(None, found)), MAX_FILES):
        yield posixpath.normpath(path)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    for fact in facts:
        yield fact.value.lstrip("/")
        if not fact.value.startswith("/"):
            yield posixpath.join(posixpath.dirname(fact.path), fact.value)


def _occurrences(components: Iterable[Any], depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    for component in map(mapping, components):
        if _becomes_a_package(text(component.get("purl"))):
            for place in sequence(mapping(component.get("evidence")).get("occurrences")):
                yield text(mapping(place).get("location"))
        yield from _occurrences(sequence(component.get("components")), depth + 1)


def _contained(document: dict[str, Any]) -> Iterator[str]:
    names = {text(file.get("SPDXID")): text(file.get("fileName")) for file in map(mapping, sequence(document.get("files")))}
    named = set()
    for package in map(mapping, sequence(document.get("packages"))):
        if _becomes_a_package(spdx_purl(package)):
            named.add(text(package.get("SPDXID")))
            yield from (names.get(text(file), "") for file in sequence(package.get("hasFiles")))
    for relation in map(mapping, sequence(document.get("relationships"))):
        if relation.get("relationshipType") == "CONTAINS" and text(relation.get("spdxElementId")) in named:
            yield names.get(text(relation.get("relatedSpdxElement")), "")


def _locations(artifacts: Iterable[Any]) -> Iterator[str]:
    for artifact in map(mapping, artifacts):
        if _becomes_a_package(text(artifact.get("purl"))):
            yield from (text(mapping(place).get("path")) for place in sequence(artifact.get("locations")))


def _becomes_a_package(purl: str) -> bool:
    try:
        return bool(purl) and listed(purl) is not None
    except ValueError:
        return False


CATALOGER = Cataloger(
    name="sbom_files",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(names=NAMES, suffixes=SUFFIXES), read),),
    fact=str,
    join=lambda facts: iter(()),
    identifies=identifies,
    limits="Files that an SBOM lists without a package.",
)
