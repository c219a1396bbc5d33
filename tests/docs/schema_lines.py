"""A JSON schema as lines, one a promise: the types of a key, whether it is always there, and each value of an enumeration.

findings[].vulnerability.severity: string
findings[].vulnerability.severity always
findings[].vulnerability.severity = high
suppressed[].finding as findings[]
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def lines_of(schema: Schema) -> set[str]:
    return set(_lines(schema, schema.get("$defs", {}), "", {}))


def _lines(schema: Schema, known: Schema, path: str, unions: dict[str, str]) -> Iterator[str]:
    ways = list(_ways(schema, known))
    if "$ref" in schema and sum("properties" in way for way in ways) > 1:
        if schema["$ref"] in unions:
            yield f"{path} as {unions[schema['$ref']]}"
            return
        unions[schema["$ref"]] = path
    yield f"{path or '.'}: {' | '.join(sorted({type for way in ways for type in _types(way)}))}"
    for way in ways:
        yield from (f"{path} = {value}" for value in _values(way) if value is not None)
        kinds = _values(way.get("properties", {}).get("kind", {}))
        place = f"{path}.{kinds[0]}" if len(kinds) == 1 else path
        for name, entry in way.get("properties", {}).items():
            key = f"{place}.{name}".lstrip(".")
            if name in way.get("required", ()):
                yield f"{key} always"
            yield from _lines(entry, known, key, unions)
        for entry in (way.get("items"), *way.get("prefixItems", ())):
            if isinstance(entry, dict):
                yield from _lines(entry, known, f"{path}[]", unions)
        if isinstance(way.get("additionalProperties"), dict):
            yield from _lines(way["additionalProperties"], known, f"{path}.*", unions)


def _values(way: Schema) -> list[Any]:
    return list(way.get("enum", [way["const"]] if "const" in way else []))


def _ways(schema: Schema, known: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _ways(known[schema["$ref"].rpartition("/")[2]], known)
    elif alternatives := schema.get("anyOf") or schema.get("oneOf"):
        for alternative in alternatives:
            yield from _ways(alternative, known)
    else:
        yield schema


def _types(way: Schema) -> Iterator[str]:
    if "type" in way:
        yield from [way["type"]] if isinstance(way["type"], str) else way["type"]
    else:
        names = {str: "string", bool: "boolean", int: "integer", type(None): "null"}
        yield from (names[type(value)] for value in _values(way))
