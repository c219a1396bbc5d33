"""Gives the values of an untyped syntax the types of its JSON Schema: texts of YAML and XML become numbers, booleans,
lists.

A value that does not fit stays as it is, so that the schema's validation reports it. Recursive, as deep as the
readers of the syntaxes let a document be.
"""

from typing import Any

from careen.formats.data.xml_tree import Element
from careen.safety.pattern import pattern

_INTEGER = pattern(r"-?\d{1,18}")


def typed(schema: dict[str, Any], value: Any) -> Any:
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {key: typed(known.get(key, {}), inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(schema.get("items", {}), inner) for inner in value]
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    if schema.get("type") == "integer" and _INTEGER.fullmatch(value):
        return int(value)
    return value


def from_xml(schema: dict[str, Any], element: Element) -> Any:
    """The value of an element; a repeated element is a list."""
    if not element.children:
        return [] if schema.get("type") == "array" else typed(schema, element.value)
    known = schema.get("properties", {})
    found: dict[str, Any] = {}
    for child in element.children:
        field = known.get(child.tag, {})
        if field.get("type") == "array":
            found.setdefault(child.tag, []).append(from_xml(field.get("items", {}), child))
        elif child.tag in found:
            found[child.tag] = [found[child.tag]]  # given twice: no type of the schema fits
        else:
            found[child.tag] = from_xml(field, child)
    return found
