"""SPDX 2 in JSON, YAML, XML, RDF/XML and tag-value, and SPDX 3 in JSON-LD.

**Source:** SPDX 2.3 and 3.0.1, with their schemas. Documents of 2.0 to 2.2 are validated as 2.3, which allows all that they may
contain, and requires fewer fields.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from careen.formats.data.plain import mapping, text
from careen.formats.data.xml_tree import xml_tree
from careen.formats.data.yaml_file import yaml_document
from careen.validation.by_schema import from_xml, typed
from careen.validation.problem import Path, Problem, at, pointer, quoted
from careen.validation.schema import schema_problems, schemas

from . import rdf, rules
from .tag_value import Read

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_CONTEXTS = (CONTEXT, "https://spdx.org/rdf/3.0.0/spdx-context.jsonld")


def json_problems(document: dict[str, Any]) -> Iterator[Problem]:
    named = {key: value for key, value in document.items() if key != "$schema"}  # which editors read
    found = list(schema_problems("spdx", "2.3", named))
    yield from found or rules.rule_problems(document)


def yaml_problems(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    document = yaml_document(data)
    if not isinstance(document, dict):
        raise ValueError("not a YAML mapping")  # noqa: TRY004
    document = typed(schemas("spdx")["2.3"], document)
    return document, list(json_problems(document))


def xml_problems(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    root = xml_tree(data, max_depth=rdf.MAX_DEPTH)
    if root.tag == "RDF":
        version = next((node.value for node in root.below() if node.tag == "specVersion"), "")
        return {"spdxVersion": version}, list(rdf.graph_problems(root))
    document = from_xml(schemas("spdx")["2.3"], root)
    if not isinstance(document, dict):
        raise ValueError("an XML document without elements")  # noqa: TRY004
    return document, list(json_problems(document))


def tag_value_problems(data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    read = Read(data)
    return read.document, [*read.problems, *json_problems(read.document)]


def graph_problems(document: dict[str, Any]) -> Iterator[Problem]:
    """The problems of a document in SPDX 3, each element validated by the class that it names. The schema is that of
    3.0.1, which corrects 3.0.0."""
    if text(document.get("@context")) not in _CONTEXTS:
        yield at(["@context"], f"{quoted(document.get('@context'))} is not {CONTEXT}", "context")
    graph = document.get("@graph")
    if not isinstance(graph, list):
        single = {key: value for key, value in document.items() if key != "@context"}
        yield from _element_problems((), single)
        return
    for key in document.keys() - {"@context", "@graph"}:
        yield at([key], "unknown beside @graph")
    for number, element in enumerate(graph):
        yield from _element_problems(("@graph", number), element)


def _element_problems(path: Path, element: Any) -> Iterator[Problem]:
    kind = text(mapping(element).get("type"))
    if kind not in schemas("spdx")["3.0"]["$defs"] or not isinstance(element, dict):
        yield at((*path, "type"), f"{quoted(kind)} is not a class of SPDX 3")
        return
    for problem in schema_problems("spdx", f"3.0#/$defs/{kind}", element, closed=True):
        yield replace(problem, place=pointer(path) + problem.place.rstrip("/"))
