"""SPDX 2 in JSON, YAML, XML, RDF/XML and tag-value, and SPDX 3 in JSON-LD.

**Source:** SPDX 2.3 and 3.0.1, with their schemas. SPDX 2.3 allows what 2.0 to 2.2 do; their required fields that it made
optional are not asked for.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import text
from careen.formats.data.xml_tree import xml_tree
from careen.formats.data.yaml_file import yaml_document
from careen.validation.by_schema import from_xml, typed
from careen.validation.problem import Problem
from careen.validation.schema import schema_problems, schemas

from . import rdf, rules
from .tag_value import Read

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_CONTEXTS = (CONTEXT, "https://spdx.org/rdf/3.0.0/spdx-context.jsonld")


def json_problems(document: dict[str, Any]) -> Iterator[Problem]:
    found = list(schema_problems("spdx", "2.3", document))
    yield from found or rules.rule_problems(document)


def yaml_problems(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    document = yaml_document(data)
    if not isinstance(document, dict):
        raise ValueError("not a YAML mapping")
    document = typed(schemas("spdx")["2.3"], document)
    return document, list(json_problems(document))


def xml_problems(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    root = xml_tree(data, max_depth=rdf.MAX_DEPTH)
    if root.tag == "RDF":
        version = next((node.value for node in root.below() if node.tag == "specVersion"), "")
        return {"spdxVersion": version}, list(rdf.graph_problems(root))
    document = from_xml(schemas("spdx")["2.3"], root)
    if not isinstance(document, dict):
        raise ValueError("an XML document without elements")
    return document, list(json_problems(document))


def tag_value_problems(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    read = Read(data)
    return read.document, [*read.problems, *json_problems(read.document)]


def graph_problems(document: dict[str, Any]) -> Iterator[Problem]:
    """SPDX 3. The schema is that of 3.0.1, which corrects 3.0.0."""
    if text(document.get("@context")) in _CONTEXTS:
        document = {**document, "@context": CONTEXT}
    return schema_problems("spdx", "3.0", document)
