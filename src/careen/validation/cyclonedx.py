"""CycloneDX in JSON, XML and as protocol buffer in its text format, versions 1.0 to 1.7.

**Source:** CycloneDX 1.7 (ECMA-424) and the schemas of all versions. Protocol buffers begin with 1.3; the definition of 1.7
has all that of earlier ones.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import text

from .problem import Link, Problem, at, path_of, quoted, walk
from .proto_schema import message_problems
from .proto_text import Field, fields
from .schema import schema_problems, schemas
from .xml_schema import xml_problems

NAMESPACE = "http://cyclonedx.org/schema/bom/"
JSON_VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
XML_VERSIONS = ("1.0", "1.1", *JSON_VERSIONS)
PROTO_VERSIONS = JSON_VERSIONS[1:]


def json_problems(document: dict[str, Any]) -> Iterator[Problem]:
    version = text(document.get("specVersion"))
    if version not in JSON_VERSIONS:
        yield at(["specVersion"], f"{quoted(document.get('specVersion'))} is not a version from 1.2 to 1.7", "version")
        return
    yield from schema_problems("cyclonedx-json", f"bom-{version}.schema.json", document)
    yield from _repeated_references(document)


def xml_document_problems(namespace: str, root: str, data: bytes) -> Iterator[Problem]:
    version = namespace.removeprefix(NAMESPACE)
    if version not in XML_VERSIONS or root != "bom":
        yield Problem("line 1", f"{quoted(root)} of {quoted(namespace)} is not a bom of a version from 1.0 to 1.7", "version")
        return
    yield from xml_problems("cyclonedx-xml", f"bom-{version}.xsd", data)


def proto_problems(data: bytes) -> tuple[str, list[Problem]]:
    """(the version that the document states, its problems)."""
    found = fields(data)
    version = _scalar(found, "spec_version")
    problems = list(message_problems(schemas("cyclonedx-proto"), "Bom", found))
    if version not in PROTO_VERSIONS:
        problems.append(Problem("line 1", f"{quoted(version)} is not a spec_version from 1.3 to 1.7", "version"))
    return version, problems


def _scalar(found: list[Field], name: str) -> str:
    return next((field.value.strip("\"'") for field in found if field.name == name and isinstance(field.value, str)), "")


def _repeated_references(document: dict[str, Any]) -> Iterator[Problem]:
    """Finds values of bom-ref that are not unique in the document."""
    places: dict[str, Link] = {}
    seen: Counter[str] = Counter()
    for link, value in walk(document):
        name = value.get("bom-ref") if isinstance(value, dict) else None
        if isinstance(name, str):
            seen[name] += 1
            places[name] = link
    for name, count in seen.items():
        if count > 1:
            yield at((*path_of(places[name]), "bom-ref"), f"{quoted(name)} is given to {count} objects", "identifier")
